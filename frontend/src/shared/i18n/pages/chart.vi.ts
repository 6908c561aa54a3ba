/** Texts of the chart page. */
export const chart = {
  title: 'Biểu đồ', heading: 'Biểu đồ {{symbol}}', interval: 'Khung thời gian', range: 'Khoảng', layers: 'Lớp', symbols: 'Danh sách mã',
  futures: 'Phái sinh', indices: 'Chỉ số', stocks: 'VN30',
  'i.1m': '1′', 'i.5m': '5′', 'i.15m': '15′', 'i.30m': '30′', 'i.1h': '1h', 'i.1d': 'D',
  'in.1m': '1 phút', 'in.5m': '5 phút', 'in.15m': '15 phút', 'in.30m': '30 phút', 'in.1h': '1 giờ', 'in.1d': '1 ngày',
  'r.1D': '1 phiên', 'r.5D': '5P', 'r.1M': '1T', 'r.6M': '6T', 'r.1Y': '1N',
  'rn.1D': '1 phiên', 'rn.5D': '5 phiên', 'rn.1M': '1 tháng', 'rn.6M': '6 tháng', 'rn.1Y': '1 năm',
  'l.ma': 'MA', 'l.volume': 'KL', 'l.delta': 'CĐ', 'l.foreign': 'NN', 'l.vn30': 'VN30',
  'ln.ma': 'Trung bình động 20 và 50', 'ln.volume': 'Khối lượng', 'ln.delta': 'Mua trừ bán chủ động', 'ln.foreign': 'Khối ngoại ròng', 'ln.vn30': 'VN30 quy về cùng điểm đầu',
  'p.volume': 'KL', 'p.delta': 'Mua − bán chủ động', 'p.foreign': 'Khối ngoại ròng, tỷ', 'p.foreignDays': 'Khối ngoại ròng, tỷ · {{days}} phiên gần nhất',
  candles: 'Nến {{interval}}', open: 'M', high: 'C', low: 'T', close: 'Đ', volume: 'KL', delta: 'CĐ',
  ceiling: 'Trần', ref: 'TC', floor: 'Sàn', ma: 'MA{{span}}', overlay: 'VN30 (cùng điểm đầu)',
  gaps_one: '{{count}} chỗ thiếu dữ liệu', gaps_other: '{{count}} chỗ thiếu dữ liệu', gapSince: 'từ {{from}}', gapSpan: '{{from}} – {{to}}', gapStart: 'đầu phiên', gapNow: 'bây giờ', gapVolume: 'thiếu {{volume}}',
  note: 'Nến gồm phiên liên tục và đấu giá; nghỉ trưa không có nến', time: 'Thời gian', expired: 'Hợp đồng không còn niêm yết', index: 'Chỉ số',
  loading: 'Đang tải biểu đồ', empty: 'Chưa có nến nào', emptyNote: 'Nến đầu tiên hiện ra khi mã có khớp lệnh.',
  noSymbol: 'Chưa có mã nào', unknown: 'Không có mã {{symbol}}', noDatabase: 'Lịch sử chưa sẵn sàng', noDatabaseNote: 'Cơ sở dữ liệu không kết nối được; giá trực tiếp vẫn chạy.', failed: 'Không tải được lịch sử', retry: 'Thử lại',
  closeSymbols: 'Đóng danh sách mã', facts: '{{symbol}} hôm nay', prior: 'Phiên trước', change: 'Thay đổi', advances: 'Mã tăng (trần)', noChanges: 'Mã đứng giá', declines: 'Mã giảm (sàn)', advanceRatio: 'Tỷ lệ tăng', turnover: 'Giá trị', dayVolume: 'Khối lượng', putThrough: 'Thoả thuận', updated: 'Cập nhật',
}
