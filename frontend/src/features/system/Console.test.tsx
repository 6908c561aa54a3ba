import { act, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeSocket } from '@/test/fake-socket'
import { Console } from './Console'

class OpenedSocket extends FakeSocket {
  onopen: (() => void) | null = null
  onerror = null
  readonly url: URL
  readonly protocols: readonly string[]

  constructor(url: string, protocols: readonly string[]) {
    super()
    this.url = new URL(url)
    this.protocols = protocols
    sockets.push(this)
  }

  open(): void {
    act(() => this.onopen?.())
  }
}

let sockets: OpenedSocket[] = []
const last = (): OpenedSocket => sockets.at(-1) ?? expect.fail('no socket was opened')

beforeEach(() => {
  sockets = []
  vi.stubGlobal('WebSocket', OpenedSocket)
})

const button = (name: string) => screen.getByRole('button', { name })
const frames = () => screen.queryAllByTestId('frame').map((frame) => within(frame).getAllByText(/./, { selector: 'b' })[0]?.textContent)
const hear = (message: unknown): void => act(() => last().say(message))

async function connected() {
  const user = userEvent.setup()
  const view = render(<Console />)
  await user.click(button('Kết nối'))
  last().open()
  return { user, view }
}

describe('Console', () => {
  it('connects by hand, says what it sends and what it hears, newest first', async () => {
    const { user } = await connected()
    expect(last().url.pathname).toBe('/v1/ws')
    expect(screen.getByRole('status')).toHaveTextContent('Đã kết nối')
    await user.click(button('Gửi'))
    expect(last().sent).toEqual([{ action: 'subscribe', symbols: ['VCB', 'FPT'] }])
    hear({ type: 'subscribed', session_id: 'abc.1', position: 4, symbols: ['VCB'] })
    expect(await screen.findByText('abc.1')).toBeVisible()
    expect(frames()).toEqual(['subscribed', 'subscribe', 'connect'])
  })

  it('opens a frame to all of it', async () => {
    const { user } = await connected()
    hear({ type: 'trade', topic: 'symbol:VCB', price: 61_200 })
    const frame = await screen.findByRole('button', { name: /trade symbol:VCB/ })
    await user.click(frame)
    expect(frame).toHaveAttribute('aria-expanded', 'true')
    expect(screen.getByText(/"price": 61200/)).toBeVisible()
  })

  it('says why a connection ended, and resumes where it was', async () => {
    const { user } = await connected()
    hear({ type: 'subscribed', session_id: 'abc.1', position: 4 })
    await screen.findByText('abc.1')
    act(() => last().drop(4408))
    expect(await screen.findByText('Đã đóng · 4408 đọc quá chậm')).toBeVisible()
    await user.click(button('Nối tiếp'))
    expect(sockets).toHaveLength(2)
    expect(Object.fromEntries(last().url.searchParams)).toEqual({ session_id: 'abc.1', position: '4' })
  })

  it('takes path, mode, symbols and token from the form; the token is in no address', async () => {
    const user = userEvent.setup()
    render(<Console />)
    await user.selectOptions(screen.getByLabelText('Kênh'), '/ws/market')
    await user.selectOptions(screen.getByLabelText('Chế độ'), 'delta')
    await user.type(screen.getByLabelText('Mã'), 'VCB,FPT')
    await user.type(screen.getByLabelText('Token (nếu có)'), 's3cret')
    await user.click(button('Kết nối'))
    expect(last().url.pathname + last().url.search).toBe('/ws/market?mode=delta&symbols=VCB%2CFPT')
    expect(last().protocols).toEqual(['bearer', 's3cret'])
    expect(screen.getByLabelText('Kênh')).toBeDisabled()
  })

  it('stands still for reading, filters and clears', async () => {
    const { user } = await connected()
    hear({ type: 'ping' })
    await screen.findByRole('button', { name: /ping/ })
    await user.click(button('Dừng xem'))
    hear({ type: 'status' })
    expect(frames()).toEqual(['ping', 'connect'])
    await user.click(button('Xem tiếp'))
    expect(frames()).toEqual(['status', 'ping', 'connect'])
    await user.type(screen.getByLabelText('Lọc'), 'stat')
    expect(frames()).toEqual(['status'])
    await user.clear(screen.getByLabelText('Lọc'))
    await user.type(screen.getByLabelText('Lọc'), 'zzz')
    expect(screen.getByText('Không có khung tin khớp bộ lọc.')).toBeVisible()
    await user.click(button('Xóa'))
    expect(screen.getByText(/Chưa có khung tin nào/)).toBeVisible()
  })

  it('closes its connection when the page is left', async () => {
    const { view } = await connected()
    const socket = last()
    view.unmount()
    expect(socket.isClosed).toBe(true)
  })
})
