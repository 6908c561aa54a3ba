/** The colours of UI.md section 6, written a second time on purpose: what the tests hold the tokens to. */
const HUES = {
  dark: { green: '#2fd07a', red: '#ff6b78', yellow: '#f4c430', fuchsia: '#f27bff', cyan: '#2fd6ee', blue: '#6ea8ff', orange: '#ffa657' },
  light: { green: '#0b6e3a', red: '#b91c2c', yellow: '#7a5300', fuchsia: '#9a1aa8', cyan: '#0a6478', blue: '#1d4fb8', orange: '#9a4a00' },
}
const DIRECTIONS = { 'red-up': ['red', 'green'], vn: ['green', 'red'], safe: ['blue', 'orange'] }

const rgb = (hex) => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(', ')})`

export const THEMES = Object.keys(HUES)
export const PALETTES = Object.keys(DIRECTIONS)

export function expectedColours(theme, palette) {
  const hue = HUES[theme]
  const [up, down] = DIRECTIONS[palette]
  return { up: rgb(hue[up]), down: rgb(hue[down]), ceil: rgb(hue.fuchsia), floor: rgb(hue.cyan), ref: rgb(hue.yellow) }
}
