import { billions, number, percent } from './numbers.mjs'

const CARDS = { VNINDEX: 'VN-Index', VN30: 'VN30', HNX: 'HNX-Index', UPCOM: 'UPCoM' }

/** The cards of the index strip against REST: each figure must stand in the card of its index. */
export async function stripDifferences(page, rest) {
  const cards = await page.locator('article[aria-label]').evaluateAll((articles) => Object.fromEntries(articles.map((article) => [article.getAttribute('aria-label'), article.innerText])))
  return Object.entries(CARDS).flatMap(([id, label]) => {
    const index = rest.snapshot.indices[id]
    const text = Object.entries(cards).find(([name]) => name.startsWith(label))?.[1]
    if (!index?.value || text === undefined) return []
    const wanted = [number(index.value, 2), number(Math.abs(index.change), 2), percent(index.ratio_change), ...(index.total_value ? [billions(index.total_value)] : [])]
    return wanted.filter((figure) => !text.includes(figure)).map((figure) => `${label}: no "${figure}" in "${text.replaceAll('\n', ' ')}"`)
  })
}
