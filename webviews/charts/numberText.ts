/** A number for people: about 4 significant digits, no more zeros than it has. */
export function numberText(value: number): string {
  if (value === 0) return '0'
  if (value < 0) return `−${numberText(-value)}`
  if (value >= 1e7 || value < 1e-4) return value.toExponential(2).replace(/\.?0+e/, 'e').replace('e+', 'e')
  if (value >= 1000) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(4)))
}

/** To 3 significant digits, for legends. */
export function shortNumber(value: number): string {
  return Math.abs(value) >= 1000 ? numberText(value) : numberText(Number(value.toPrecision(3)))
}

/** Ticks `increment` apart: as many digits as tell them apart, thousands as k, millions as M and milliards as G so that axes stay narrow. */
export function tickText(value: number, increment: number): string {
  if (value < 0) return `−${tickText(-value, increment)}`
  if (value >= 1e9) return `${numberText(value / 1e9)}G`
  if (value >= 1e6) return `${numberText(value / 1e6)}M`
  if (value >= 1e4 || (value >= 1000 && increment >= 1000)) return `${numberText(value / 1e3)}k`
  const decimals = Math.ceil(-Math.log10(increment) + 0.5)
  if (value === 0 || decimals <= 0) return numberText(value)
  return value < 1e-3 ? numberText(value) : String(Number(value.toFixed(Math.min(12, decimals))))
}

/** Seconds as people say them: "42 s", "3 min 10 s", "2 h 5 min". */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return whole % 60 === 0 ? `${whole / 60} min` : `${Math.floor(whole / 60)} min ${whole % 60} s`
  const minutes = Math.round(whole / 60)
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
