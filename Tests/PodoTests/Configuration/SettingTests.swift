import HTTPServer
import Testing

@testable import podo

@Suite struct SettingTests {
    @Test("a name gives flag and environment variable")
    func names() {
        let setting = Setting("http-head-size", \.headByteCountMax, .byteSize(1...9), "Help.")
        #expect(setting.flag == "--http-head-size")
        #expect(setting.environmentName == "PODO_HTTP_HEAD_SIZE")
    }

    @Test("the parts of a head have the limits that the help of http-head-size tells")
    func headHelp() throws {
        let help = try #require(Setting.all.first { $0.name == "http-head-size" }).help
        #expect(help.contains("One field has at most \(HTTPLimits().fieldByteCountMax / 1024) KiB"))
        #expect(help.contains("the request line \(HTTPLimits().requestLineByteCountMax / 1024) KiB"))
    }

    @Test("no name is used twice")
    func unique() {
        #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
    }

    @Test("every default is a text that the setting itself accepts", arguments: Setting.all)
    func defaultsParse(_ setting: Setting) throws {
        var configuration = Configuration()
        let text = setting.text(configuration)
        try setting.apply(text, &configuration)
        #expect(setting.text(configuration) == text)
        #expect(setting.help.hasSuffix("."))
    }
}
