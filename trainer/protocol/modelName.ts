/** The name of a model by its folder: the last part of it, or that of the hub where the folder lies in the hub's cache. */
export function modelName(folder: string): string {
  const cached = /[\\/]models--[\w.-]+?--([\w.-]+)[\\/]snapshots[\\/][\w.-]+[\\/]?$/.exec(folder)
  return cached?.[1] ?? /[^\\/]+(?=[\\/]*$)/.exec(folder)?.[0] ?? folder
}
