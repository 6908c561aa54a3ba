import { expect, it } from 'vitest'
import { setPageTitle, setUnreadInTitle } from './document-title'

it('names the page and counts what is unread before it', () => {
  setPageTitle('Bảng giá')
  expect(document.title).toBe('Bảng giá · VN Stock Tracker')
  setUnreadInTitle(3)
  setPageTitle('Tín hiệu')
  expect(document.title).toBe('(3) Tín hiệu · VN Stock Tracker')
  setUnreadInTitle(0)
  setPageTitle('')
  expect(document.title).toBe('VN Stock Tracker')
})
