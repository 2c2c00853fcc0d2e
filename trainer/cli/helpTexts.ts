import { Help } from 'commander'
import type { Command } from 'commander'

const help = new Help()

/** How options are described: a switch is off without saying so, and what has to be given says that. */
export const HELP_TEXTS: Pick<Help, 'optionDescription'> = {
  optionDescription: (option) => {
    const { defaultValue, mandatory } = option
    const said = defaultValue === false ? option.description : help.optionDescription(option)
    return mandatory && defaultValue === undefined ? `${said} (required)` : said
  }
}

/** `help <name>`, which says so where there is no such command: Commander's own shows the help of the one above. */
export function addHelpCommands(command: Command): void {
  if (command.commands.length === 0) return
  command.commands.forEach(addHelpCommands)
  command.helpCommand(false).command('help [command]').description('display help for command').action((name?: string) => {
    const asked = name === undefined ? command : command.commands.find((child) => child.name() === name)
    if (asked) asked.help()
    command.error(`error: unknown command '${name}'`)
  })
}

/** After a mistake, where to read of the command that was meant. @param name as people call it. */
export function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(${name} --help lists ${command.commands.length > 0 ? 'the commands' : 'its options'})`)
  for (const child of command.commands) pointToHelp(child, `${name} ${child.name()}`)
}
