import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { COMMAND_NAMES } from './commands/commandNames.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const { commands, menus, configuration, walkthroughs, viewsWelcome, configurationDefaults } = manifest.contributes
interface Command { readonly command: string; readonly title: string; readonly category: string; readonly icon: string; readonly enablement?: string }
interface Entry { readonly command: string; readonly when?: string }
interface Setting { readonly order: number; readonly default: unknown; readonly description?: string; readonly markdownDescription?: string }
const firstSentence = ({ description, markdownDescription = description ?? '' }: Setting): string => markdownDescription.replace(/`#([\w.]+)#`/g, '`$1`').replace(/(\.)\s[A-Z`][\s\S]*$/, '$1')
const entries = Object.values(menus as Record<string, Entry[]>).flat()

describe('the manifest', () => {
  it('contributes the commands that are registered', () => {
    assert.deepEqual(commands.map(({ command }: Command) => command).sort(), COMMAND_NAMES.map((name) => `rolloutLab.${name}`).sort())
  })

  it('gives every command a category and an icon, and titles that differ', () => {
    for (const { command, category, icon } of commands as Command[]) {
      assert.equal(category, 'Rollout Lab', command)
      assert.match(icon, /^\$\([a-z-]+\)$/, command)
    }
    assert.equal(new Set(commands.map(({ title }: Command) => title)).size, commands.length)
  })

  it('names only commands that exist in menus, welcomes and walkthrough', () => {
    const steps = walkthroughs[0].steps as { description: string; completionEvents: string[] }[]
    const texts = [...(viewsWelcome as { contents: string }[]).map(({ contents }) => contents), ...steps.map(({ description }) => description)]
    const linked = texts.flatMap((text) => [...text.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command))
    const completing = steps.flatMap(({ completionEvents }) => completionEvents.map((event) => event.replace('onCommand:', '')))
    const named = [...entries.map(({ command }) => command), ...linked, ...completing].filter((command) => command?.startsWith('rolloutLab.'))
    assert.deepEqual([...new Set(named)].filter((command) => !commands.some((one: Command) => one.command === command)), [])
  })

  it('uses only context keys that are kept', () => {
    const source = readFileSync(join(root, 'extension/status/contextKeys.ts'), 'utf8')
    const clauses = [...entries.map(({ when }) => when), ...(commands as Command[]).map(({ enablement }) => enablement), ...(viewsWelcome as Entry[]).map(({ when }) => when)]
    const keys = clauses.flatMap((clause) => [...(clause ?? '').matchAll(/rolloutLab\.((?:can\.)?\w+)/g)].map(([, key]) => key ?? '')).filter((key) => !['runs', 'samples'].includes(key))
    assert.ok(keys.length > 0)
    for (const key of new Set(keys)) assert.ok(source.includes(`'${key.replace('can.', '')}'`), key)
  })

  it('documents every setting and gives it a scope and a default', () => {
    for (const [name, setting] of Object.entries(configuration.properties as Record<string, Record<string, unknown>>)) {
      assert.ok(String(setting['description'] ?? setting['markdownDescription'] ?? '').length > 20, name)
      assert.ok(setting['default'] !== undefined && setting['scope'] !== undefined, name)
    }
  })

  it('has every setting in the README, with its default and what it is', () => {
    const [, table] = /<!-- settings -->\n([\s\S]*)<!-- \/settings -->/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    const settings = Object.entries(configuration.properties as Record<string, Setting>).sort(([, a], [, b]) => a.order - b.order)
    const rows = settings.map(([name, setting]) => `| \`${name}\` | \`${JSON.stringify(setting.default)}\` | ${firstSentence(setting)} |\n`)
    assert.equal(table, `| setting | default | what it is |\n| --- | --- | --- |\n${rows.join('')}`)
  })

  it('reads every setting in one place', () => {
    const sources = readdirSync(join(root, 'extension'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const asking = sources.filter((name) => readFileSync(join(root, 'extension', name), 'utf8').includes('getConfiguration(')).map((name) => name.replaceAll('\\', '/')).sort()
    // The first asks for settings of VS Code's own, the last writes one.
    assert.deepEqual(asking, ['notices/watchExcludes.ts', 'settings/settings.ts', 'starting/setUpTorch.ts'])
  })

  it('lets no workspace choose engine, device or how many run at once, nor the runs folder before it is trusted', () => {
    const scope = (name: string) => configuration.properties[`rolloutLab.${name}`].scope
    assert.deepEqual(['engine', 'device', 'python', 'vllmPython', 'trustRemoteCode', 'threads', 'runsPerDevice', 'retentionGigabytes'].map(scope), Array(8).fill('machine'))
    assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ['rolloutLab.runsFolder'])
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited')
  })

  it('keeps runs out of file watching and search', () => {
    const { '[rollout-trace]': _, ...defaults } = configurationDefaults
    assert.deepEqual(defaults, { 'files.watcherExclude': { '**/.rollout-lab/runs/**': true }, 'search.exclude': { '**/.rollout-lab/runs': true } })
  })

  it('names files that are there', () => {
    const steps = walkthroughs[0].steps as { media: { markdown: string } }[]
    const files = [manifest.icon, manifest.contributes.viewsContainers.activitybar[0].icon, ...steps.map(({ media }) => media.markdown)]
    assert.deepEqual(files.filter((file: string) => !existsSync(join(root, file))), [])
  })
})
