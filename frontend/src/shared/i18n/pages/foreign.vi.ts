/** Texts of the foreign page. */
export const foreign = {
  title: 'Khối ngoại', cards: 'Tổng hợp khối ngoại', net: 'Khối ngoại ròng', buy: 'Mua', sell: 'Bán', billion: 'tỷ', perMinute: 'tỷ/′',
  share: 'chiếm {{share}} GTGD', estimated: 'giá trị ước tính',
  netSpeed: 'Tốc độ ròng 5′', minuteAgo: 'phút trước {{value}}', buySpeed: 'Tốc độ mua', sellSpeed: 'Tốc độ bán', acceleration: 'gia tốc {{value}}',
  speedNote: 'tốc độ cổ phiếu nhân giá khớp gần nhất',
  'trend.buyingFaster': 'đang mua nhanh hơn', 'trend.buyingSlower': 'đang mua chậm lại', 'trend.sellingFaster': 'đang bán nhanh hơn', 'trend.sellingSlower': 'đang bán chậm lại', 'trend.steady': 'không đổi',
  breadth: 'Số mã', bought: 'mua', sold: 'bán', room: 'hết room {{full}} · dưới 1% {{nearly}}',
  cumulative: 'Ròng luỹ kế', cumulativeNote: 'tỷ đồng, khớp lệnh, {{scope}}', mean: 'TB {{days}} phiên trước', range: 'Khoảng thời gian',
  'range.30': '30′', 'range.60': '1h', 'range.day': 'Phiên', 'range.5d': '5 phiên',
  perMinuteFlow: 'ròng mỗi phút', time: 'Giờ', noHistory: 'Chưa có lịch sử trong ngày', noDatabase: 'Không có cơ sở dữ liệu: không vẽ được diễn biến trong ngày. Số liệu hiện tại vẫn đúng.',
  bySector: 'Ròng theo ngành', sectorNote: 'tỷ đồng', other: 'Khác', pickSector: '{{sector}}: {{net}} tỷ, {{stocks}} mã. Lọc bảng theo ngành',
  topBuy: 'Mua ròng nhiều nhất', topSell: 'Bán ròng nhiều nhất', nobody: 'Chưa có mã nào',
  detail: 'Chi tiết', detailNote: '{{shown}}/{{all}} mã', filter: 'Lọc mã', sides: 'Chiều ròng', 'side.all': 'Tất cả', 'side.buy': 'Mua ròng', 'side.sell': 'Bán ròng',
  csv: 'CSV', saveCsv: 'Tải bảng dạng CSV', noMatch: 'Không có mã nào khớp bộ lọc', clear: 'Bỏ lọc', empty: 'Chưa có số liệu khối ngoại', old: 'REST không trả lời – số liệu khối ngoại đang hiện là của lúc {{time}}.',
  'col.symbol': 'Mã', 'col.buyVolume': 'KL mua', 'col.sellVolume': 'KL bán', 'col.buyValue': 'GT mua', 'col.sellValue': 'GT bán', 'col.net': 'Ròng, tỷ',
  'col.speed': 'Tốc độ 5′', 'col.speedHint': 'Khối lượng ròng mỗi phút, trung bình 5 phút, cổ phiếu', 'col.acceleration': 'Gia tốc', 'col.accelerationHint': 'Tốc độ đã đổi bao nhiêu trong một phút qua, cổ phiếu mỗi phút', 'col.room': 'Room',
  'col.roomHint': 'Phần room khối ngoại còn được mua', full: 'hết', table: 'Bảng số', chart: 'Biểu đồ', toChart: 'Biểu đồ {{symbol}}',
}
