import type { Words } from './words'
import { foreign } from './pages/foreign.vi'
import { volume } from './pages/volume.vi'
import { derivatives } from './pages/derivatives.vi'
import { signals } from './pages/signals.vi'
import { chart } from './pages/chart.vi'
import { system } from './pages/system.vi'
import { drawer } from './pages/drawer.vi'
import { watchlist } from './pages/watchlist.vi'
import { replay } from './pages/replay.vi'

export const vi = {
  app: { loading: 'Đang tải trang…', skip: 'Đến bảng giá', notFound: 'Không có trang này', toBoard: 'Về bảng giá', crash: 'Màn hình gặp lỗi', reload: 'Tải lại' },
  nav: {
    key: 'Phím {{key}}', more: 'Trang khác', label: 'Trang', board: 'Bảng giá', foreign: 'Khối ngoại', volume: 'KL chủ động', derivatives: 'Phái sinh', signals: 'Tín hiệu', chart: 'Biểu đồ', system: 'Hệ thống',
  },
  navShort: { board: 'Bảng giá', foreign: 'NN', volume: 'KL', derivatives: 'Phái sinh', signals: 'Tín hiệu', chart: 'Biểu đồ', system: 'Hệ thống' },
  search: { label: 'Tìm mã', placeholder: 'Tìm mã…', empty: 'Không có mã này' },
  prefs: {
    language: 'Ngôn ngữ', palette: 'Bảng màu', theme: 'Nền', menu: 'Cài đặt', close: 'Đóng',
    toLight: 'Đổi sang nền sáng', toDark: 'Đổi sang nền tối', light: 'Sáng', dark: 'Tối',
    'red-up': 'Đỏ tăng · Xanh giảm', vn: 'Xanh tăng · Đỏ giảm', safe: 'Lam tăng · Cam giảm',
    'red-up-note': 'mặc định', 'vn-note': 'như bảng HOSE', 'safe-note': 'dễ phân biệt',
    welcome: 'Chọn màu tăng, giảm', welcomeNote: 'Đổi lại được bất cứ lúc nào ở góc phải trên. Trần tím, sàn xanh lơ, tham chiếu vàng luôn giữ nguyên.',
    keep: 'Dùng bảng màu này',
  },
  account: {
    title: 'Đăng nhập', titleToken: 'Nhập mã truy cập', name: 'Tên đăng nhập', password: 'Mật khẩu', token: 'Mã truy cập', logIn: 'Đăng nhập', logOut: 'Đăng xuất', busy: 'Đang kiểm tra…',
    wrong: 'Sai tên hoặc mật khẩu.', wrongToken: 'Mã truy cập không đúng.', lockedOut: 'Sai quá nhiều lần. Thử lại sau {{count}} giây.', again: 'Có thể thử lại.',
    unreachable: 'Không kết nối được máy chủ.', unavailable: 'Máy chủ chưa kiểm tra được. Thử lại sau vài giây.', lookOnly: 'Xem không cần đăng nhập', guest: 'Khách', shared: 'Mã chung',
  },
  keys: {
    title: 'Phím tắt', open: 'Phím tắt', close: 'Đóng', search: 'Tìm mã', help: 'Mở bảng này',
    searchChart: 'Trong ô tìm mã: mở biểu đồ', escape: 'Đóng chi tiết mã', pages: 'Đến một trang',
    move: 'Đi giữa các ô', ends: 'Cột đầu, cột cuối; thêm Ctrl: dòng đầu, dòng cuối', page: 'Lên, xuống một trang', read: 'Đọc dòng đang chọn',
    sort: 'Ở dòng tiêu đề: sắp xếp theo cột', select: 'Mở, đóng chi tiết mã',
  },
  indices: {
    label: 'Chỉ số', breadth: '{{up}} mã tăng ({{ceil}} trần), {{flat}} đứng giá, {{down}} giảm ({{floor}} sàn)',
    billion: 'tỷ', basis: 'Basis', expiry: 'đáo hạn {{date}}', contracts: 'HĐ', stale: 'cũ',
    waiting: 'chờ dữ liệu',
  },
  sector: { banks: 'Ngân hàng', realEstate: 'Bất động sản', food: 'Thực phẩm & đồ uống', finance: 'Dịch vụ tài chính', chemicals: 'Hóa chất', resources: 'Tài nguyên cơ bản', technology: 'Công nghệ', retail: 'Bán lẻ', utilities: 'Tiện ích', oil: 'Dầu khí', travel: 'Du lịch & giải trí' },
  phase: {
    pre_open: 'Trước giờ', ato: 'ATO', continuous: 'Liên tục', lunch: 'Nghỉ trưa', atc: 'ATC', plo: 'PLO', put_through: 'Thỏa thuận',
    closed: 'Đóng cửa', halted: 'Tạm ngừng', unknown: 'Chưa rõ phiên',
  },
  session: {
    label: 'Phiên và nguồn dữ liệu', final: 'chốt', next: '{{phase}} sau {{time}}', clock: 'Giờ thị trường', details: 'Chi tiết phiên và nguồn',
    exchange: 'Sàn', phase: 'Phiên', source: 'Nguồn', state: 'Trạng thái', muted: 'im lặng', noAges: 'Chưa có số đo theo kênh',
  },
  exchange: { HOSE: 'HOSE', HNX: 'HNX', UPCOM: 'UPCoM', DERIVATIVES: 'Phái sinh' },
  source: { ssi: 'SSI', simulator: 'Mô phỏng', replay: 'Phát lại' },
  sourceTag: { ssi: 'SSI', simulator: 'MÔ PHỎNG', replay: 'PHÁT LẠI' },
  feed: {
    connecting: 'Đang nối', live: 'Trực tiếp', replaying: 'Đang phát lại', quiet: 'Yên', partial: 'Thiếu kênh', stalled: 'Đứng', reconnecting: 'Đang nối lại',
    lunch: 'Nghỉ trưa', closed: 'Đóng cửa', failed: 'Hỏng', lost: 'Mất kết nối', polling: 'Dự phòng REST', paused: 'Đang cập nhật', refused: 'Bị từ chối',
  },
  banner: {
    lost: 'Mất kết nối {{s}} s – đang hiện dữ liệu cũ lúc {{time}}.', lostEmpty: 'Chưa nối được với máy chủ.',
    retry: 'Thử lại sau {{s}} s', now: 'Thử ngay', reconnect: 'Nối lại',
    refused: 'Máy chủ từ chối kết nối (mã {{code}}). Đang hiện dữ liệu cũ lúc {{time}}.',
    refusedEmpty: 'Máy chủ từ chối kết nối (mã {{code}}).',
    polling: 'WebSocket không nối được – đang hỏi lại mỗi 5 s. Giá trễ tới 5 s.',
    failed: 'Nguồn dữ liệu hỏng: {{reason}}', failedPlain: 'Nguồn dữ liệu hỏng.',
    stalled: 'Nguồn im lặng {{s}} s trong phiên – giá trên màn hình là giá cũ lúc {{time}}.', reconnecting: 'Nguồn đang nối lại – giá trên màn hình là giá cũ lúc {{time}}.',
    reconnectingEmpty: 'Nguồn đang nối lại.', connecting: 'Nguồn đang nối.', partial: 'Kênh {{channels}} im lặng – phần số liệu của kênh này có thể cũ.',
    replay: 'Đang phát lại phiên {{date}}. Không phải giá hiện tại.', simulator: 'Dữ liệu mô phỏng. Không dùng để giao dịch.',
    closed: 'Thị trường đã đóng cửa. Số liệu chốt phiên {{date}}.', dismiss: 'Đã hiểu',
  },
  board: {
    title: 'Bảng giá', grid: 'Bảng giá {{list}}', lists: 'Danh sách', filters: 'Lọc theo giá', density: 'Mật độ dòng', densityAuto: 'Tự động: 24 px khi cả rổ vừa màn hình',
    units: 'giá ×1.000 đ · KL cổ phiếu', unitsFutures: 'giá điểm · KL hợp đồng',
    sectors: 'Ngành', sector: 'Ngành', columns: 'Chọn cột', columnsReset: 'Về mặc định', columnEarlier: 'Đưa {{name}} lên trước', columnLater: 'Đưa {{name}} ra sau', columnPlace: '{{name}}: cột thứ {{place}} trên {{count}}',
    futures: 'Phái sinh',
    ceil: 'Trần', up: 'Tăng', ref: 'Đứng', down: 'Giảm', floor: 'Sàn', spikes: 'Đột biến KL', spikesNote: 'Có tín hiệu đột biến khối lượng trong {{minutes}} phút qua',
    saveCsv: 'Lưu bảng đang xem (CSV)',
    'group.limits': 'Tham chiếu', 'group.bids': 'Bên mua', 'group.matched': 'Khớp lệnh', 'group.asks': 'Bên bán', 'group.day': 'Trong ngày', 'group.foreign': 'Khối ngoại', 'group.basis': 'Basis', 'group.indicative': 'Dự khớp', 'col.imbalance': 'Dư M−B',
    'col.spark': 'Trong ngày', 'col.symbol': 'Mã', 'col.ceiling': 'Trần', 'col.floor': 'Sàn', 'col.ref': 'TC', 'col.price': 'Giá', 'col.volume': 'KL', 'col.total': 'Tổng KL',
    'col.high': 'Cao', 'col.avg': 'TB', 'col.low': 'Thấp', 'col.foreignBuy': 'Mua', 'col.foreignSell': 'Bán', 'col.room': 'Room', 'col.basis': 'Điểm', 'col.basisPct': '%', 'col.expiry': 'Đáo hạn',
    foreignOld: 'REST không trả lời: các cột khối ngoại đã cũ, giá thì không.', loading: 'Đang tải bảng giá', empty: 'Chưa có giá nào', emptyNote: 'Nguồn {{source}} · {{state}}. Dòng đầu tiên sẽ hiện ngay khi có dữ liệu.',
    noMatch: 'Không có mã nào khớp bộ lọc', clear: 'Bỏ lọc', failed: 'Không có dữ liệu',
    'read.line': '{{symbol}} {{price}}, {{change}}, khối lượng {{volume}}', 'read.none': '{{symbol}} chưa có giá', 'read.auction': '{{symbol}} dự kiến khớp {{price}}, {{change}}, khối lượng đã khớp {{volume}}',
    'read.up': 'tăng {{pct}} phần trăm', 'read.down': 'giảm {{pct}} phần trăm', 'read.flat': 'đứng giá', 'read.ceil': 'giá trần', 'read.floor': 'giá sàn',
  },
  charts: { table: 'Bảng số', credit: 'Biểu đồ vẽ bằng' },
  quote: { bidVolume: 'KL mua', bid: 'Giá mua', ask: 'Giá bán', askVolume: 'KL bán', activeBuy: 'mua', activeSell: 'bán', neutral: 'không xác định', noTrades: 'Chưa có khớp lệnh', aggressor: 'Chủ động hôm nay' },
  foreign, volume, derivatives, signals, chart, system, drawer, watchlist, replay,
}

export type Dictionary = Words<typeof vi>
