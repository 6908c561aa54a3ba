import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { useWatchlists } from '@/shared/watchlists/watchlists'
import { WatchButton } from './WatchButton'
import { WatchlistsDialog } from './WatchlistsDialog'

beforeEach(() => {
  useWatchlists.setState({ lists: [] })
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () { this.open = true }
  HTMLDialogElement.prototype.close = function () { this.open = false }
})
const lists = () => useWatchlists.getState().lists.map(({ name, symbols }) => [name, symbols])

describe('the dialog of own lists', () => {
  it('makes, fills, names, and deletes a list after asking', async () => {
    const onShow = vi.fn()
    render(<WatchlistsDialog onShow={onShow} onClose={vi.fn()} />)
    const user = userEvent.setup()
    await user.type(screen.getByLabelText('Tên danh mục mới'), 'Ngân hàng{Enter}')
    expect(onShow).toHaveBeenCalledOnce()
    await user.click(screen.getByLabelText('Các mã của Ngân hàng'))
    await user.paste('vcb, bid')
    await user.tab()
    const name = screen.getByLabelText('Tên danh mục')
    await user.clear(name)
    await user.type(name, 'NH')
    await user.tab()
    expect(lists()).toEqual([['NH', ['VCB', 'BID']]])
    await user.click(screen.getByRole('button', { name: 'Xóa NH' }))
    expect(lists()).toHaveLength(1)
    await user.click(screen.getByRole('button', { name: 'Xóa' }))
    expect(lists()).toEqual([])
  })
})

describe('the star of a symbol', () => {
  it('begins the first list, toggles in the only one, asks among several', async () => {
    render(<WatchButton symbol="VCB" />)
    const user = userEvent.setup()
    await user.click(screen.getByRole('button', { name: 'Theo dõi VCB' }))
    expect(lists()).toEqual([['Theo dõi', ['VCB']]])
    await user.click(screen.getByRole('button', { name: 'Bỏ theo dõi VCB' }))
    expect(lists()).toEqual([['Theo dõi', []]])
    useWatchlists.getState().add('Khác')
    await user.click(await screen.findByRole('button', { name: 'Theo dõi VCB' }))
    await user.click(screen.getByRole('checkbox', { name: /Khác/ }))
    expect(lists()).toEqual([['Theo dõi', []], ['Khác', ['VCB']]])
  })
})
