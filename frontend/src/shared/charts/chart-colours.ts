/** Canvas does not follow CSS variables: the tokens are read when a chart is made and again when theme or palette change. */

export const CHART_TOKENS = [
  '--up', '--down', '--ref', '--ceil', '--floor', '--buy', '--sell', '--premium', '--discount', '--accent',
  '--text', '--text-2', '--text-3', '--line', '--line-strong', '--surface', '--surface-2',
] as const
export type ColourToken = (typeof CHART_TOKENS)[number]
export type ChartColours = Readonly<Record<ColourToken, string>>

export function readColours(element: Element): ChartColours {
  const style = getComputedStyle(element)
  return Object.fromEntries(CHART_TOKENS.map((token) => [token, style.getPropertyValue(token).trim()])) as Record<ColourToken, string>
}

/** `#rrggbb` or `#rgb` with an opacity, as `#rrggbbaa`; anything else is left as it is. */
export function withAlpha(colour: string, alpha: number): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  const long = short ? `#${short.slice(1).map((digit) => digit + digit).join('')}` : colour
  if (!/^#[0-9a-f]{6}$/i.test(long)) return colour
  return long + Math.round(alpha * 255).toString(16).padStart(2, '0')
}
