import assert from 'node:assert/strict'

/** What a person would call broken: text cut off, text upon text, a page wider than its window. */

const SHOWN_AT_MOST = 12

/** Runs in the page. Every line of visible text is a box; what clips it is known, and who else is there. */
function findFaults() {
  const SLACK = 1.5
  const styles = new Map()
  const styleOf = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element))
    return styles.get(element)
  }
  const isFigure = (text) => /^[\d.,:/+\u2212%▲▼■() -]+$/.test(text)
  const name = (element) => `<${element.tagName.toLowerCase()} ${element.className?.baseVal ?? element.className}>`
  const isForReadersOnly = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { clipPath, visibility, opacity, position, overflow, width } = styleOf(at)
      if (clipPath === 'inset(50%)' || visibility === 'hidden' || opacity === '0') return true
      if (position === 'absolute' && overflow === 'hidden' && width === '1px') return true
    }
    return false
  }
  const clips = (value) => value !== 'visible'
  const scrolls = (value) => value === 'auto' || value === 'scroll'

  /** What is left of a box inside everything that clips it, and whether that cut a piece of it away for good. */
  function clip(element, box) {
    let { left, right, top, bottom } = box
    let cutBy = null
    let isEllipsed = false
    let position = styleOf(element).position
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = styleOf(at)
      if (style.textOverflow === 'ellipsis') isEllipsed = true
      const isEscaped = at !== element && position === 'absolute' && style.position === 'static'
      if (!isEscaped && (clips(style.overflowX) || clips(style.overflowY)) && style.display !== 'inline' && style.display !== 'contents') {
        const room = at === document.body ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : at.getBoundingClientRect()
        if (clips(style.overflowX)) {
          if (!scrolls(style.overflowX) && !isEllipsed && (left < room.left - SLACK || right > room.right + SLACK)) cutBy ??= at
          left = Math.max(left, room.left)
          right = Math.min(right, room.right)
        }
        if (clips(style.overflowY)) {
          // Fonts are taller than their letters: a quarter of a line may be cut without a letter losing anything.
          const slack = (box.bottom - box.top) / 4
          if (element.closest('[data-optional]') && top >= room.bottom) return null // gone whole, as meant
          if (!scrolls(style.overflowY) && (top < room.top - slack || bottom > room.bottom + slack)) cutBy ??= at
          top = Math.max(top, room.top)
          bottom = Math.min(bottom, room.bottom)
        }
        if (scrolls(style.overflowX) || scrolls(style.overflowY)) {
          if (right - left < 1 || bottom - top < 1) return null // to be scrolled to
        }
      }
      if (style.position === 'fixed') break
      if (!isEscaped) position = style.position
    }
    return { left, right, top, bottom, cutBy, isEllipsed }
  }

  const lines = []
  const faults = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.trim()
    const element = node.parentElement
    if (!text || element.closest('script, style, noscript, option, title, a[href="#main"]')) continue
    range.selectNodeContents(node)
    const boxes = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0)
    if (!boxes.length || isForReadersOnly(element)) continue
    for (const box of boxes) {
      const seen = clip(element, box)
      if (!seen) continue
      if (seen.cutBy) faults.push(`cut off by ${name(seen.cutBy)}: "${text.slice(0, 40)}" in ${name(element)}`)
      if (seen.right - seen.left < 1 || seen.bottom - seen.top < 1) continue
      lines.push({ ...seen, text, element })
    }
    const ellipsed = element.closest('*')
    if (styleOf(ellipsed).textOverflow === 'ellipsis' && ellipsed.scrollWidth > ellipsed.clientWidth + 1 && isFigure(text)) faults.push(`a figure is shortened: "${text}" in ${name(element)}`)
  }

  const isOnTop = ({ element, left, right, top, bottom }) => {
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    return hit !== null && (hit.contains(element) || element.contains(hit))
  }
  lines.sort((a, b) => a.top - b.top)
  lines.forEach((a, i) => {
    for (let j = i + 1; j < lines.length && lines[j].top < a.bottom; j++) {
      const b = lines[j]
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left)
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
      const least = Math.min(a.bottom - a.top, b.bottom - b.top)
      if (across <= SLACK || down <= least / 3 || a.element === b.element) continue
      if (isOnTop(a) && isOnTop(b)) faults.push(`"${a.text.slice(0, 30)}" ${name(a.element)} and "${b.text.slice(0, 30)}" ${name(b.element)} lie upon each other`)
    }
  })
  const { scrollWidth } = document.documentElement
  if (scrollWidth > innerWidth) faults.push(`the page is ${scrollWidth} px wide in a window of ${innerWidth} px`)
  return [...new Set(faults)]
}

export async function assertLaidOut(page) {
  const faults = await page.evaluate(findFaults)
  assert.deepEqual(faults.slice(0, SHOWN_AT_MOST), [], `layout (${faults.length} faults)`)
}
