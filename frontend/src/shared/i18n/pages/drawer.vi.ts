/** Texts of the drawer: everything of one symbol. */
export const drawer = {
  title: 'Chi tiết mã', of: 'Chi tiết {{symbol}}', close: 'Đóng chi tiết', chart: 'Mở biểu đồ {{symbol}}', unknown: 'Chưa có số liệu của {{symbol}} trong danh sách đang theo dõi.',
  loading: 'Đang tải…', noPrice: 'Chưa khớp', volume: 'KL', contracts: 'HĐ', value: 'GT', floor: 'Sàn', reference: 'TC', ceiling: 'Trần',
  atCeiling: 'Chạm trần', atFloor: 'Chạm sàn',
  auction: 'Phiên {{phase}}', threeLevels: '3 mức giá tốt nhất', indicative: 'Giá khớp dự kiến', noIndicative: 'nguồn chưa gửi', imbalance: 'Chênh lệch mua − bán', moreBids: 'dư mua', moreAsks: 'dư bán',
  depth: 'Độ sâu 3 mức', rest: 'dư mua {{bids}} · dư bán {{asks}}',
  day: 'Trong ngày', low: 'thấp', average: 'TB', high: 'cao', dayTable: 'Giá trong ngày', time: 'Giờ', priceColumn: 'Giá', noHistory: 'Không đọc được lịch sử: thiếu phần trước khi mở.',
  active: 'Chủ động', activeNote: 'cả ngày; ATO/ATC là trung tính',
  foreign: 'Khối ngoại', room: 'room {{share}}%', foreignBuy: 'Mua', foreignSell: 'Bán', net: 'Ròng', speed: 'Tốc độ 5′', perMinute: 'cp/′',
  noForeign: 'Chưa có số liệu khối ngoại', notFromSource: 'Nguồn này không có khối ngoại của phái sinh',
  alerts: 'Tín hiệu', noAlerts: 'Chưa có tín hiệu', alertsFailed: 'Không đọc được tín hiệu', volumeSpike: 'Đột biến khối lượng', foreignBuying: 'Khối ngoại mua nhanh lên', foreignSelling: 'Khối ngoại bán nhanh lên', basisTurned: 'Basis đổi dấu',
  prints: 'Khớp gần nhất', printsNote: 'M mua · B bán chủ động', printVolume: 'Khối lượng', side: 'Bên chủ động', noPrints: 'Chưa có lệnh khớp', printsCut: 'Không đọc được lịch sử: chỉ có lệnh khớp từ lúc mở.',
  'side.buy': 'M', 'side.sell': 'B', 'side.neutral': '–', 'sideWord.buy': 'mua chủ động', 'sideWord.sell': 'bán chủ động', 'sideWord.neutral': 'không xác định',
}
