import { shownCount } from './shown-count'

const MARK = /^\(\d+\+?\) /

/** Put the number of unread signals before the title, whoever writes the title; returns its own stop. */
export function markTitle(count: number): () => void {
  const title = document.querySelector('title')
  const apply = (): void => {
    const plain = document.title.replace(MARK, '')
    const marked = count ? `(${shownCount(count)}) ${plain}` : plain
    if (marked !== document.title) document.title = marked
  }
  apply()
  const observer = new MutationObserver(apply)
  if (title) observer.observe(title, { childList: true })
  return () => observer.disconnect()
}
