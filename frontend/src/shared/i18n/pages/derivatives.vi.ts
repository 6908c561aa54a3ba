/** Texts of the derivatives page. */
export const derivatives = {
  title: 'Phái sinh', cards: 'Tổng quan phái sinh', basis: 'Basis', premium: 'bù giá', discount: 'chiết khấu', even: 'ngang giá', points: 'điểm', old: 'cũ, lúc {{time}}',
  open: 'mở', high: 'cao', low: 'thấp', updated: 'cập nhật {{time}}', flips: 'Đảo dấu hôm nay', lastFlip: 'gần nhất {{time}}', noFlip: 'chưa lần nào',
  volume: 'KL khớp', contractsUnit: 'hợp đồng', oi: 'OI', oiNone: 'nguồn này không có', expiry: 'Đáo hạn', days_one: '{{count}} ngày', days_other: '{{count}} ngày', today: 'hôm nay',
  weekday: 'Chủ nhật|thứ Hai|thứ Ba|thứ Tư|thứ Năm|thứ Sáu|thứ Bảy',
  basisNote: '{{symbol}} − VN30, điểm', range: 'Khoảng', 'r.30m': '30′', 'r.1h': '1h', 'r.day': 'Phiên', 'r.5d': '5P', 'rn.30m': '30 phút', 'rn.1h': '1 giờ', 'rn.day': 'Cả phiên', 'rn.5d': '5 phiên, giá đóng mỗi 5 phút',
  overlay: 'Hợp đồng và VN30', time: 'Thời gian', missing: 'không có điểm',
  convergence: 'Hội tụ', narrowing: 'đang thu hẹp', widening: 'đang nới rộng', steady: 'đi ngang', tooFew: 'chưa đủ điểm',
  slope: 'Độ dốc 10 phút', perMinute: '{{value}} /phút', before: '15 phút trước', zero: 'Nếu giữ nhịp, về 0 sau', minutes: '{{count}} phút', about: '≈ {{time}}',
  deviation: 'Lệch chuẩn so với {{count}} phiên trước', band: '±2σ · {{count}} phiên', dayRange: 'Basis mở / cao / thấp', gauge: 'Basis {{basis}}, {{trend}}',
  book: 'Sổ lệnh {{name}}', spread: 'chênh {{value}} · hợp đồng', contracts: 'Các hợp đồng',
  'c.name': 'Hợp đồng', 'c.code': 'Mã KRX', 'c.expiry': 'Đáo hạn', 'c.left': 'Còn', 'c.price': 'Giá', 'c.change': '+/−', 'c.pct': '%', 'c.bid': 'Mua', 'c.ask': 'Bán', 'c.volume': 'Tổng KL', 'c.oi': 'OI', 'c.basis': 'Basis', 'c.basisPct': 'Basis %', 'c.updated': 'Cập nhật',
  oiNote: 'OI và khối ngoại của phái sinh: nguồn này không có.', active: 'đang theo dõi', toChart: 'Mở biểu đồ {{name}}', staleBasis: 'basis cũ',
  loading: 'Đang chờ dữ liệu phái sinh', empty: 'Chưa có hợp đồng nào', emptyNote: 'Trang hiện ra khi hợp đồng đầu tiên có giá.', noPoints: 'Chưa có điểm basis nào', noPointsNote: 'Cần giá hợp đồng và VN30 cùng mới.', noHistory: 'Không tải được lịch sử', 
}
