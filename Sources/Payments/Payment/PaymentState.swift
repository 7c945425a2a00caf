/// What a payment is, as members see it.
package enum PaymentStatus: String, CaseIterable, Sendable {
    case waiting = "WAITING"
    case completed = "COMPLETED"
    case failed = "FAILED"
    case canceled = "CANCELED"
    case partCanceled = "PART_CANCELED"
}

/// How far a payment is that waits.
package enum PaymentPhase: String, CaseIterable, Sendable {
    /// The buyer may pay. No money can have moved by us.
    case created = "CREATED"
    /// The company was asked, or is about to be, and has not answered.
    case inFlight = "IN_FLIGHT"
    /// An answer was lost or said nothing. Only what the company's books say ends it.
    case unknown = "UNKNOWN"
    case awaitingDeposit = "AWAITING_DEPOSIT"
    case settled = "SETTLED"
}

/// What can happen to a payment.
package enum PaymentEvent: CaseIterable, Sendable {
    /// Somebody is about to ask the company for the money.
    case claim
    /// An answer was lost or unclear.
    case doubt
    /// The buyer was given an account number to transfer to.
    case awaitDeposit
    /// The company has taken what we asked for.
    case pay
    /// The company has taken something else than we asked for.
    case mispay
    /// No money was taken, and none will be.
    case refuse
    /// Some of it was given back.
    case repaySome
    /// All of it was given back, but for fees.
    case repayAll
    /// What was given back is not, after all: some of what was remains so,
    case unpaySome
    /// or nothing does.
    case unpayAll
}

/// The state of a payment as a value: every change of one goes through here.
package struct PaymentState: Hashable, Sendable {
    package var status: PaymentStatus
    package var phase: PaymentPhase
    /// There is money, and nothing that can be given for it.
    package var isOrphan: Bool

    package init(_ status: PaymentStatus, _ phase: PaymentPhase = .settled, isOrphan: Bool = false) {
        self.status = status
        self.phase = phase
        self.isOrphan = isOrphan
    }

    package static let created = PaymentState(.waiting, .created)
    package static let completed = PaymentState(.completed)
    package static let failed = PaymentState(.failed)

    /// Whether the seats are kept from everybody else for it.
    package var freezesSeats: Bool {
        switch self.phase {
        case .inFlight, .unknown, .awaitingDeposit: true
        case .created, .settled: false
        }
    }

    /// Whether the company has money of it, or had.
    package var hasMoney: Bool {
        switch self.status {
        case .completed, .partCanceled, .canceled: true
        case .waiting: false
        case .failed: self.isOrphan
        }
    }

    /// The state after an event; nil when the event changes nothing in this state, because it came twice, too late, or
    /// is overtaken by what is known already.
    ///
    /// Money decides: a payment that was given up becomes a paid one when the company turns out to have taken it, and
    /// no word of a failure undoes one that is paid.
    package func after(_ event: PaymentEvent) -> PaymentState? {
        switch event {
        case .claim: self == .created ? PaymentState(.waiting, .inFlight) : nil
        case .doubt: self.phase == .inFlight ? PaymentState(.waiting, .unknown) : nil
        case .awaitDeposit:
            self.status == .waiting && self.phase != .awaitingDeposit ? PaymentState(.waiting, .awaitingDeposit) : nil
        case .pay: self.takesMoney ? .completed : nil
        case .mispay: self.takesMoney ? PaymentState(.failed, isOrphan: true) : nil
        case .refuse: self.status == .waiting ? .failed : nil
        case .repaySome:
            switch self.status {
            case .completed, .partCanceled: PaymentState(.partCanceled, isOrphan: self.isOrphan)
            case .failed: self.isOrphan ? self : nil
            case .waiting, .canceled: nil
            }
        case .repayAll:
            switch self.status {
            case .completed, .partCanceled: PaymentState(.canceled, isOrphan: self.isOrphan)
            case .failed: self.isOrphan ? self : nil
            case .waiting, .canceled: nil
            }
        case .unpaySome: self.givesBack ? PaymentState(.partCanceled, isOrphan: self.isOrphan) : nil
        case .unpayAll: self.givesBack ? PaymentState(.completed, isOrphan: self.isOrphan) : nil
        }
    }

    private var givesBack: Bool {
        switch self.status {
        case .canceled, .partCanceled: true
        case .waiting, .completed, .failed: false
        }
    }

    private var takesMoney: Bool {
        switch self.status {
        case .waiting: true
        case .failed: !self.isOrphan
        case .completed, .partCanceled, .canceled: false
        }
    }
}
