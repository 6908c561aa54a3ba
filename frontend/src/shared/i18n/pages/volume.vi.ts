/** Texts of the volume page. */
export const volume = {
  title: 'KL chủ động', lists: 'Danh sách', all: 'Tất cả', sector: 'Ngành', sectorNone: 'Ngành…', parts: 'Phần của ngày', rule: 'bên chủ động theo báo giá ngay trước lệnh khớp; ATO, ATC không tính bên',
  'part.all': 'Cả ngày', 'part.ato': 'ATO', 'part.continuous': 'Liên tục', 'part.atc': 'ATC', 'part.plo': 'PLO', 'part.other': 'Khác',
  cards: 'Tổng hợp khối lượng chủ động', activeBuy: 'mua chủ động', activeSell: 'bán chủ động', neutral: 'không xác định', million: 'tr', millionShares: 'tr cp', shares: 'cp', billion: 'tỷ',
  net: 'Chênh lệch', netDay: 'cả ngày {{value}} tỷ', lastMinutes: '5 phút gần nhất', buyWord: 'mua', day: 'cả ngày {{share}} KL chủ động', agreement: 'Khớp với bên của SSI', missed: 'KL bỏ lỡ {{volume}} cp · {{share}}', noComparison: 'chưa có lệnh để so',
  byPhase: 'Theo phiên', byPhaseNote: 'triệu cp', auction: 'đấu giá – không phân bên', unsided: 'không xác định bên', ahead: 'còn {{time}}', waiting: 'chưa tới', over: 'không có giao dịch', now: 'đang diễn ra',
  perMinute: 'Theo phút', cumulative: 'chênh lệch luỹ kế', range: 'Khoảng thời gian', 'range.30': '30′', 'range.60': '1h', 'range.day': 'Phiên', time: 'Giờ', noHistory: 'Chưa có lệnh khớp trong ngày',
  noDatabase: 'Không có cơ sở dữ liệu: không vẽ được diễn biến theo phút. Số liệu hiện tại vẫn đúng.', table: 'Bảng số', chart: 'Biểu đồ',
  pressure: 'Áp lực từng mã', empty: 'Chưa có lệnh khớp nào', csv: 'CSV', saveCsv: 'Tải bảng dạng CSV',
  'col.symbol': 'Mã', 'col.price': 'Giá', 'col.percent': '%', 'col.buy': 'Mua CĐ', 'col.neutral': 'Không rõ', 'col.sell': 'Bán CĐ', 'col.ratio': 'Tỷ lệ', 'col.ratioHint': 'Mua, không rõ, bán; vạch ở 50%',
  'col.buyShare': '% mua', 'col.buyShareHint': 'Mua chủ động trong phần có bên', 'col.net': 'Chênh lệch, tỷ', 'col.netHint': 'Giá trị mua chủ động trừ bán chủ động, cả ngày', 'col.ato': 'ATO', 'col.continuous': 'Liên tục', 'col.atc': 'ATC', 'col.total': 'Tổng KL',
  'col.trend': '% mua theo giờ', 'col.trendHint': 'Tỷ lệ mua chủ động mỗi 15 phút; vạch ở 50%', 'col.missed': 'Bỏ lỡ', 'col.missedHint': 'Đã khớp theo tổng khối lượng, nhưng không nhận được lệnh', 'col.agreement': 'Khớp SSI', 'col.agreementHint': 'Lệnh mà bên của ta trùng bên của SSI',
  watch: 'Danh sách theo dõi', watchNone: '★ Theo dõi…',
}
