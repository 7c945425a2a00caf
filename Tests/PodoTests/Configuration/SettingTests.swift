import Testing

@testable import podo

@Suite struct SettingTests {
    @Test("a name gives flag and environment variable")
    func names() {
        let setting = Setting("http-head-size", \.headByteCountMax, .byteSize(1...9), "Help.")
        #expect(setting.flag == "--http-head-size")
        #expect(setting.environmentName == "PODO_HTTP_HEAD_SIZE")
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
