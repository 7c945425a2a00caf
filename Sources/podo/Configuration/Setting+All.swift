internal import Primitives

extension Setting {
    /// Every setting there is. A new one is a property of `Configuration` and a row here.
    static let all: [Setting] = [
        Setting(
            "http-listen", \.httpListen, .addresses(atLeastOne: false),
            "Where HTTP is answered, HTTP/1.1 and HTTP/2. Port 0 takes a free one."),
        Setting(
            "https-listen", \.httpsListen, .addresses(atLeastOne: false),
            "Where HTTPS is answered. Needs tls-cert and tls-key."),
        Setting(
            "tls-cert", \.tlsCertificateFile, .optional(.path),
            "The certificate chain in PEM form, own certificate first. SIGHUP reads it again."),
        Setting(
            "tls-key", \.tlsKeyFile, .optional(.path),
            "The private key of tls-cert in PEM form. SIGHUP reads it again."),
        Setting(
            "kernel-tls", \.kernelTLS, .boolean,
            "Lets the kernel encrypt what is sent over TLS, where it can (its tls module)."),
        Setting(
            "rtmp-listen", \.rtmpListen, .addresses(atLeastOne: false),
            "Where streams are published over RTMP. Other machines need an address that they reach, like *:1935."),
        Setting(
            "rtmps-listen", \.rtmpsListen, .addresses(atLeastOne: false),
            "Where streams are published over RTMP with TLS. Needs tls-cert and tls-key."),
        Setting(
            "stream-keys", \.streamKeys, .streamKeys, isSecret: true,
            "Who may publish which stream. Not a flag: other users of the machine would see it."),
        Setting(
            "stream-bitrate-max", \.streamBitsPerSecondMax, .optional(.bitRate(100_000...1_000_000_000)),
            "What one publisher may send in a second, like 20Mbit. One that sends more is told so and closed."),
        Setting(
            "stream-fps-max", \.streamFramesPerSecondMax, .optional(.integer(1...1000)),
            "Pictures that one publisher may send in a second. One that sends more is told so and closed."),
        Setting(
            "hls-part-ms", \.hlsPartMilliseconds, .integer(100...2000),
            "The longest part of a segment, in milliseconds. Viewers with low latency are three parts behind."),
        Setting(
            "hls-segment-ms", \.hlsSegmentMilliseconds, .integer(500...10_000),
            "Segments end at the first keyframe after this many milliseconds, and after twice as many without."),
        Setting(
            "hls-window-segments", \.hlsWindowSegmentCount, .integer(6...1000),
            "Segments that a live playlist lists. More are listed while they are short."),
        Setting(
            "hls-transport-stream", \.hlsTransportStream, .boolean,
            "Makes segments as MPEG-TS too, for old players, at index.ts.m3u8."),
        Setting(
            "hls-key-segments", \.hlsKeySegmentCount, .optional(.integer(1...1_000_000)),
            "Encrypts segments (AES-128), with a new key after so many. Without parts: no low latency."),
        Setting(
            "poster-interval", \.posterInterval, .optional(.duration(.seconds(1)...(.seconds(3600)))),
            "How often a stream's poster.jpg is made anew of a keyframe while it is looked at. Empty for none."),
        Setting(
            "hls-recording", \.hlsRecording, .boolean,
            "Records every stream below data-dir, for index.event.m3u8 and, when it is over, index.vod.m3u8."
        ),
        Setting(
            "hls-recording-bytes-max", \.hlsRecordingByteCountMax, .byteSize(1 << 20...1 << 50),
            "What all recordings together may take. The oldest go first."),
        Setting(
            "playback-networks", \.playbackNetworkCountMax, .integer(0...1000),
            "From how many networks one address may be watched within ten minutes; 0 for any. See http-trusted-proxies."
        ),
        Setting(
            "open-gate", \.openGate, .boolean,
            "Lets everybody watch every stream at /p/NAME/index.m3u8. For development only."),
        Setting(
            "public-url", \.publicURL, .optional(.origin), defaultNote: "the first listening address",
            "How people reach Podo, where that differs from the listening address."),
        Setting(
            "http-trusted-proxies", \.trustedProxies, .addressRanges,
            "Proxies whose word on where a client is (X-Forwarded-For) is taken, like 10.0.0.0/8,::1."),
        Setting(
            "oidc-providers", \.oidcProviders, .oidcProviders,
            "Who else members may sign in by: google, kakao, naver, or any OpenID Connect issuer by its URL."),
        Setting(
            "oidc-secrets", \.oidcSecrets, .oidcSecrets, isSecret: true,
            "What the providers have given with the client ids. Not a flag: other users of the machine would see it."),
        Setting(
            "outgoing-ca-file", \.outgoingCertificateFile, .optional(.path), defaultNote: "the system's",
            "The authorities that certificates of other servers are verified by, in PEM form."),
        Setting(
            "outgoing-proxy", \.outgoingProxy, .optional(.origin),
            "A proxy that requests to other servers go through. Those of the environment are not used."),
        Setting(
            "toss-secret-key", \.tossSecretKey, .optional(.companySecret), isSecret: true,
            "Takes money by Toss Payments. Not a flag: other users of the machine would see it."),
        Setting(
            "toss-client-key", \.tossClientKey, .optional(.companyKey),
            "For Toss's window over the checkout, of the same set. Without it buyers are sent to Toss's own page."),
        Setting(
            "toss-url", \.tossURL, .optional(.origin), defaultNote: "Toss's own",
            "Where the interface of Toss is, to try things out with a stand-in. It may be on this machine."),
        Setting(
            "stripe-secret-key", \.stripeSecretKey, .optional(.companySecret), isSecret: true,
            "Takes money by Stripe. Not a flag: other users of the machine would see it."),
        Setting(
            "stripe-publishable-key", \.stripePublishableKey, .optional(.companyKey),
            "For Stripe's form in the checkout. Needed with stripe-secret-key."),
        Setting(
            "stripe-webhook-secret", \.stripeWebhookSecret, .optional(.companySecret), isSecret: true,
            "What Stripe signs its webhooks with. Not a flag."),
        Setting(
            "payment-simulator", \.paymentSimulator, .boolean,
            "A payment company of Podo's own, to try things out: everybody gets tickets, nobody pays. On with demo."),
        Setting(
            "platform-fee", \.platformFeeBasisPoints, .percentage,
            "What the house keeps of what sellers sold, less what went back. From the next settlement on."),
        Setting(
            "platform-fee-vat", \.platformFeeTaxBasisPoints, .percentage,
            "The tax on platform-fee, which sellers pay with it."),
        Setting(
            "business-time-zone", \.businessTimeZone, .timeZone,
            "Where business days end at midnight, by its IANA name."),
        Setting(
            "mail-from", \.mailFrom, .mailAddress,
            "Who mails to members come from. Until they are sent, mails are files in the folder mail of data-dir."),
        Setting(
            "admin-listen", \.adminListen, .addresses(atLeastOne: true),
            "Where /livez, /readyz, /metrics and /statusz are answered, apart from everything public."),
        Setting(
            "admin-allow-remote", \.adminAllowRemote, .boolean,
            "Lets admin-listen name an address that other machines reach. It has no password: use a firewall."),
        Setting(
            "admin-hosts", \.adminHosts, .hostNames,
            "Host names that admin requests may use besides localhost and addresses; others are refused with 421."),
        Setting("log-level", \.logLevel, .logLevel, "The least that is logged."),
        Setting(
            "data-dir", \.dataDirectory, .path,
            "Everything Podo writes. Made with mode 0700; one Podo at a time uses it."),
        Setting(
            "database-url", \.databaseURL, .optional(.databaseURL), isSecret: true,
            defaultNote: "a private PostgreSQL below data-dir",
            "The PostgreSQL database, as postgresql://USER:PASSWORD@HOST/NAME. Not a flag: others would see it."),
        Setting(
            "database-connections", \.databaseConnectionCount, .integer(4...1000),
            "Most connections for what users ask, two for each loop at least. A few more are for other work."),
        Setting(
            "database-migrate", \.databaseMigrate, .boolean,
            "Brings the schema up to date at the start. Without it, podo migrate has to be run before."),
        Setting(
            "postgres-dir", \.postgresDirectory, .optional(.path),
            defaultNote: "the newest that is installed, or that of the database",
            "Where the programs of the private PostgreSQL are (postgres, initdb)."),
        Setting(
            "secret-file", \.secretFile, .optional(.path), defaultNote: "secret in data-dir, made when missing",
            "What all keys are derived from, readable by Podo's user alone. Back it up. SIGHUP reads it again."),
        Setting(
            "web-dir", \.webDirectory, .optional(.path),
            defaultNote: "Web in the working directory, or near the executable",
            "The pages that are served. SIGHUP reads them again."),
        Setting(
            "loops", \.loopCount, .integer(1...256), defaultNote: "the number of cores",
            "Threads that serve connections."),
        Setting(
            "http-connections", \.connectionCountMax, .integer(1...1_000_000),
            "Connections open at once; more are closed as they come."),
        Setting(
            "http-connections-per-address", \.connectionCountPerAddressMax, .integer(1...1_000_000),
            "Connections open at once from one address. Raise it behind a proxy: to this, its clients are one."),
        Setting(
            "rtmp-connections", \.rtmpConnectionCountMax, .integer(1...100_000),
            "Publisher connections open at once; more are closed as they come. One address has at most 1000."),
        Setting(
            "http-idle-time", \.idleTime, .duration(.seconds(1)...(.seconds(3600))),
            "How long a connection without a request stays open."),
        Setting(
            "http-head-size", \.headByteCountMax, .byteSize(8 * 1024...1024 * 1024),
            "The largest head of a request. One field has at most 16 KiB, the request line 8 KiB."),
        Setting(
            "demo", \.demo, .boolean,
            "Fills an empty database once with a show that is on sale and live; demo.json in data-dir tells of it."),
        Setting(
            "test-picture", \.testPicture, .boolean,
            "Publishes a moving picture with sound to the show of demo, by ffmpeg, while Podo runs."),
        Setting(
            "drain-delay", \.drainDelay, .duration(.seconds(0)...(.seconds(300))),
            "How long /readyz says 503 before listening ends on SIGTERM, so that a load balancer can notice."),
        Setting(
            "drain-time", \.drainTime, .duration(.seconds(0)...(.seconds(3600))),
            "How long publishers, and then running requests, may take to end on SIGTERM before they are cut off."),
    ]
}
