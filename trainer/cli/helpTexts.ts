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

/** After a mistake, where to read of the command that was meant. @param name as people call it. */
export function pointToHelp(command: Command, name: string): void {
  command.showHelpAfterError(`(${name} --help lists ${command.commands.length > 0 ? 'the commands' : 'its options'})`)
  for (const child of command.commands) pointToHelp(child, `${name} ${child.name()}`)
}
