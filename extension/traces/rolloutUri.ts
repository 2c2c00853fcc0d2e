import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'

/** Scheme of the read-only documents of rollouts. */
export const ROLLOUT_SCHEME = 'rollout'

const ID_CHARACTERS = 300
const RUN_CHARACTERS = 4096

/** Query of a document's address: `run=…&id=…`. */
export function queryOf({ run, id }: RolloutPlace): string {
  return new URLSearchParams({ run, id }).toString()
}

/** The same for a link, percent-encoded once more: VS Code decodes the query of a link before it hands it over, which would cut a path at its `&` and lose its `+`. */
export const linkQueryOf = (rollout: RolloutPlace): string => queryOf(rollout).replaceAll('%', '%25')

/** The rollout that a query names; undefined where it is anything but one run and one id. */
export function placeOf(query: string): RolloutPlace | undefined {
  const parameters = new URLSearchParams(query)
  const run = parameters.getAll('run')
  const id = parameters.getAll('id')
  if (run.length !== 1 || id.length !== 1 || [...parameters.keys()].length !== 2) return undefined
  const place = { run: run[0] ?? '', id: id[0] ?? '' }
  return isPlace(place) ? place : undefined
}

/** Whether run and id can be those of a rollout. An address comes from anywhere. */
export const isPlace = ({ run, id }: RolloutPlace): boolean =>
  run !== '' && run.length <= RUN_CHARACTERS && id !== '' && id.length <= ID_CHARACTERS && !hasControls(run + id)

/** A name that shows the rollout in a tab; the id may hold anything. */
export const plainName = (id: string): string => id.slice(0, 80).replace(/[^\w.-]+/g, '_')
/** VS Code knows the language of traces by this ending. */
export const fileNameOf = (id: string): string => `${plainName(id)}.trace`

const hasControls = (text: string) => [...text].some((character) => (character.codePointAt(0) ?? 0) < 0x20)
