/** Few cases in which every two values of two different factors meet at least once. The same every time. */

const keyOf = (a, x, b, y) => (a < b ? `${a}:${x}|${b}:${y}` : `${b}:${y}|${a}:${x}`)

function allPairs(factors) {
  const names = Object.keys(factors)
  const pairs = new Map()
  names.forEach((a, i) => names.slice(i + 1).forEach((b) => {
    for (const x of factors[a]) for (const y of factors[b]) pairs.set(keyOf(a, x, b, y), { [a]: x, [b]: y })
  }))
  return pairs
}

const pairsOf = (chosen) => {
  const names = Object.keys(chosen)
  return names.flatMap((a, i) => names.slice(i + 1).map((b) => keyOf(a, chosen[a], b, chosen[b])))
}

/** Greedy: begin each case with a pair that has not met yet, then give each factor the value that meets most new ones. */
export function pairwise(factors) {
  const open = allPairs(factors)
  const uses = new Map()
  const usesOf = (name, value) => uses.get(`${name}:${value}`) ?? 0
  const cases = []
  while (open.size) {
    const chosen = { ...open.values().next().value }
    for (const [name, values] of Object.entries(factors)) {
      if (name in chosen) continue
      const gain = (value) => pairsOf({ ...chosen, [name]: value }).filter((pair) => open.has(pair)).length
      chosen[name] = values.reduce((best, value) => {
        const [more, before] = [gain(value), gain(best)]
        return more > before || (more === before && usesOf(name, value) < usesOf(name, best)) ? value : best
      })
    }
    for (const pair of pairsOf(chosen)) open.delete(pair)
    for (const [name, value] of Object.entries(chosen)) uses.set(`${name}:${value}`, usesOf(name, value) + 1)
    cases.push(Object.fromEntries(Object.keys(factors).map((name) => [name, chosen[name]])))
  }
  return cases
}
