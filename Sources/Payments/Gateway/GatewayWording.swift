package import HTTPServer

/// What buyers are told when a company refuses. Few sentences, because a buyer can do few things about it; the
/// company's own words stay in the log.
package enum GatewayWording {
    package static let card = HTTPWording(
        "The card was refused. Try another card or ask your bank.", korean: "카드가 거절되었습니다. 다른 카드를 쓰거나 카드사에 문의해 주세요.")
    package static let cardDetails = HTTPWording(
        "Something about the card is wrong. Check its number and its date.",
        korean: "카드 정보가 올바르지 않습니다. 번호와 유효기간을 확인해 주세요.")
    package static let installment = HTTPWording(
        "This installment plan is not possible. Choose another one.", korean: "선택한 할부 개월은 사용할 수 없습니다. 다른 할부를 선택해 주세요.")
    package static let limit = HTTPWording(
        "A limit of the card or the account is exceeded.", korean: "카드 또는 계좌의 한도를 초과했습니다.")
    package static let account = HTTPWording(
        "The account cannot be used for this. Choose another way to pay.", korean: "사용할 수 없는 계좌입니다. 다른 결제 수단을 선택해 주세요.")
    package static let password = HTTPWording("The password is wrong.", korean: "결제 비밀번호가 일치하지 않습니다.")
    package static let amount = HTTPWording(
        "This total cannot be paid this way.", korean: "이 결제 수단으로는 결제할 수 없는 금액입니다.")
    package static let method = HTTPWording(
        "This way to pay is not available. Choose another.", korean: "사용할 수 없는 결제 수단입니다. 다른 수단을 선택해 주세요.")
    package static let session = HTTPWording(
        "The time for paying is over. Please begin again.", korean: "결제 시간이 지났습니다. 처음부터 다시 시도해 주세요.")
    package static let canceled = HTTPWording("You have canceled the payment.", korean: "결제를 취소했습니다.")
    package static let refused = HTTPWording(
        "The payment was refused. Choose another way to pay.", korean: "결제가 거절되었습니다. 다른 결제 수단을 선택해 주세요.")
    package static let refund = HTTPWording(
        "The payment company refuses the refund. We will get in touch.", korean: "결제사가 환불을 거절했습니다. 고객센터에서 연락드리겠습니다.")
    package static let refundAccount = HTTPWording(
        "The account for the refund is not right. Please enter it again.",
        korean: "환불 계좌 정보가 올바르지 않습니다. 다시 입력해 주세요.")
    package static let partialRefund = HTTPWording(
        "This payment can only be refunded as a whole.", korean: "이 결제는 부분 환불이 불가합니다. 전액 환불만 가능합니다.")
}

extension GatewayDecline {
    /// Of a key that no company can have: nothing was asked, so nothing was charged.
    static let noSuchPayment = GatewayDecline(code: "no-such-payment", message: GatewayWording.session)
}
