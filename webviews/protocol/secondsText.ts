/** As people say it: milliseconds below a second, else three digits or whole seconds. */
export function secondsText(seconds: number): string {
  if (seconds > 0 && seconds < 0.001) return '< 1 ms'
  const milliseconds = Math.round(seconds * 1000)
  if (milliseconds < 1000) return `${milliseconds} ms`
  return `${seconds < 1000 ? Number(seconds.toPrecision(3)) : Math.round(seconds).toLocaleString('en')} s`
}
