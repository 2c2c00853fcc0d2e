import type { Places } from './explainIssues.ts'
import type { JsonDocument, JsonPath } from './jsonDocument.ts'
import type { Setting } from './setValues.ts'

/** Places in the file, but for what `--set` wrote: the last setting that covers a path is the one to mend. */
export function placesOf(document: JsonDocument, settings: readonly Setting[]): Places {
  const settingOf = (path: JsonPath): Setting | undefined => settings.findLast((setting) => covers(setting.path, path))
  return {
    place: (path) => showSetting(settingOf(path)) ?? document.place(path),
    placeOfKey: (path) => showSetting(settingOf(path)) ?? document.placeOfKey(path)
  }
}

const covers = (outer: JsonPath, inner: JsonPath): boolean => outer.every((key, i) => String(key) === String(inner[i]))
const showSetting = (setting: Setting | undefined): string | undefined => setting && `--set ${setting.text}`
