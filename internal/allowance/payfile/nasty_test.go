package payfile_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/lavoroincorso/lavoro/internal/allowance/payfile"
	"github.com/lavoroincorso/lavoro/internal/values/fiscal"
	"github.com/lavoroincorso/lavoro/internal/values/refusal"
	"github.com/lavoroincorso/lavoro/internal/values/text"
)

// nastyNames are holders as they come, with what the bank gets, or what is said of the first character that it cannot get.
var nastyNames = []struct{ holder, written, character string }{
	{"Niccolò D’Angelo", "Niccolo D'Angelo", ""},
	{"D'Angelo Niccolo'", "D'Angelo Niccolo'", ""},
	{"Dell`Orto Zoë", "Dell'Orto Zoe", ""},
	{"O´Brien", "O'Brien", ""},
	{"‘Abd al-Karīm", "'Abd al-Karim", ""},
	{"ʻOkina ʼAyn", "'Okina 'Ayn", ""},
	{"ÀÈÉÌÒÙàèéìòù", "AEEIOUaeeiou", ""},
	{"Niccolo\u0300", "Niccolo", ""},
	{"e\u0301\u0302\u0323", "e", ""},
	{"Đỗ Thị Hòa", "Do Thi Hoa", ""},
	{"Nguyễn Văn Ư", "Nguyen Van U", ""},
	{"Łukasz Żółć", "Lukasz Zolc", ""},
	{"Đorđević Škarić", "Dordevic Skaric", ""},
	{"Ștefan Țăranu", "Stefan Taranu", ""},
	{"Çağla Işık", "Cagla Isik", ""},
	{"İbrahim Iğdır", "Ibrahim Igdir", ""},
	{"Strauß", "Strauss", ""},
	{"STRAUẞ", "STRAUSS", ""},
	{"Søren Ærø", "Soren AEro", ""},
	{"Þórdís Guðmundsdóttir", "THordis Gudmundsdottir", ""},
	{"Œuvre lœvi", "OEuvre loevi", ""},
	{"Ħamrun Żebbuġ", "Hamrun Zebbug", ""},
	{"Əliyev", "Eliyev", ""},
	{"Ŋŋ Ŧŧ", "Nn Tt", ""},
	{"João Conceição", "Joao Conceicao", ""},
	{"Peña Ibáñez", "Pena Ibanez", ""},
	{"Müller Lüdenscheidt", "Muller Ludenscheidt", ""},
	{"Ørsted Åse", "Orsted Ase", ""},
	{"Dvořák", "Dvorak", ""},
	{"Kőrösi", "Korosi", ""},
	{"Rossi Mario – Bianchi Anna", "Rossi Mario - Bianchi Anna", ""},
	{"Rossi & Bianchi", "Rossi + Bianchi", ""},
	{"Rossi; Bianchi", "Rossi, Bianchi", ""},
	{"Rossi_Bianchi", "Rossi-Bianchi", ""},
	{"Rossi [tutore]", "Rossi (tutore)", ""},
	{"Rossi {adm}", "Rossi (adm)", ""},
	{"Rossi / Bianchi", "Rossi / Bianchi", ""},
	{"Rossi\\Bianchi", "Rossi/Bianchi", ""},
	{"Rossi | Bianchi", "Rossi / Bianchi", ""},
	{"“Rossi” «Bianchi»", "'Rossi' 'Bianchi'", ""},
	{"Rossi \"Mario\"", "Rossi 'Mario'", ""},
	{"  Rossi   Mario  ", "Rossi Mario", ""},
	{"Rossi\u00a0Mario\u202fA\u3000B", "Rossi Mario A B", ""},
	{"Ｍａｒｉｏ Ｒｏｓｓｉ", "Mario Rossi", ""},
	{"ﬁlippo ﬂavio", "filippo flavio", ""},
	{"Maria III ª", "Maria III a", ""},
	{"Rossi…", "Rossi...", ""},
	{"X", "X", ""},
	{"ROSSI MARIO (TUTORE DI BIANCHI ANNA)", "ROSSI MARIO (TUTORE DI BIANCHI ANNA)", ""},
	{"-Rossi", "-Rossi", ""},
	{"Casa circondariale n. 2, conto 3/B", "Casa circondariale n. 2, conto 3/B", ""},
	{strings.Repeat("a", 70), strings.Repeat("a", 70), ""},
	{strings.Repeat("è", 70), strings.Repeat("e", 70), ""},

	{"Анна Иванова", "", "U+0410 (Cyrillic)"},
	{"Аnna Rossi", "", "U+0410 (Cyrillic)"}, // only the first letter is Cyrillic
	{"Rоssi", "", "U+043E (Cyrillic)"},
	{"Ѝ", "", "U+040D (Cyrillic)"},
	{"Μαρία", "", "U+039C (Greek)"},
	{"Ά", "", "U+0386 (Greek)"},
	{"محمد علي", "", "U+0645 (Arabic)"},
	{"ﷲ", "", "U+FDF2 (Arabic)"},
	{"משה", "", "U+05DE (Hebrew)"},
	{"王小明", "", "U+738B (Chinese)"},
	{"김민수", "", "U+AE40 (Korean)"},
	{"たかし", "", "U+305F (Japanese)"},
	{"タカシ", "", "U+30BF (Japanese)"},
	{"রহিম", "", "U+09B0 (Bengali)"},
	{"राम", "", "U+0930 (Devanagari)"},
	{"ਸਿੰਘ", "", "U+0A38 (Gurmukhi)"},
	{"አበበ", "", "U+12A0 (Ethiopic)"},
	{"გიორგი", "", "U+10D2 (Georgian)"},
	{"Արամ", "", "U+0531 (Armenian)"},
	{"สมชาย", "", "U+0E2A (letter that is not Latin)"},
	{"Rossi 😀", "", "U+1F600 (symbol)"},
	{"👩‍🔧", "", "U+1F469 (symbol)"},
	{"Rossi\x00", "", "U+0000 (control character)"},
	{"Rossi\tMario", "", "U+0009 (control character)"},
	{"Rossi\nMario", "", "U+000A (control character)"},
	{"Rossi\r\nMario", "", "U+000D (control character)"},
	{"Rossi\x1bMario", "", "U+001B (control character)"},
	{"Rossi\u007f", "", "U+007F (control character)"},
	{"Rossi\u0085", "", "U+0085 (control character)"},
	{"Rossi\u200bMario", "", "U+200B (invisible character)"},
	{"Rossi\u00adMario", "", "U+00AD (invisible character)"},
	{"Rossi\u202eoiraM", "", "U+202E (invisible character)"},
	{"\ufeffRossi", "", "U+FEFF (invisible character)"},
	{"Rossi\u2028Mario", "", "U+2028 (invisible character)"},
	{"\u0301Rossi", "", "U+0301 (invisible character)"},
	{"Rossi 1\u0301", "", "U+0301 (invisible character)"},
	{"Rossi\xff", "", "an unreadable character"},
	{"\ufffd", "", "an unreadable character"},
	{"Rossi <b>", "", "U+003C (symbol)"},
	{"rossi@example.it", "", "U+0040 (symbol)"},
	{"Rossi = Bianchi", "", "U+003D (symbol)"},
	{"Rossi*", "", "U+002A (symbol)"},
	{"Rossi #1", "", "U+0023 (symbol)"},
	{"Rossi 100%", "", "U+0025 (symbol)"},
	{"$Rossi", "", "U+0024 (symbol)"},
	{"Rossi!", "", "U+0021 (symbol)"},
	{"Rossi\U000e0041", "", "U+E0041 (invisible character)"},
	{"\ue000", "", "U+E000 (symbol)"},
}

func TestNastyNames(t *testing.T) {
	for _, c := range nastyNames {
		t.Run(strconv.QuoteToASCII(c.holder), func(t *testing.T) {
			for format, write := range formats {
				o := order(1)
				o.Lines[0].Holder = c.holder
				data, _, err := write(o)
				if c.character == "" {
					if err != nil {
						t.Fatalf("%s: refused: %v", format, err)
					}
					if _, p := read(t, data); p.Transfers[0].Holder != c.written {
						t.Errorf("%s: written as %q, want %q", format, p.Transfers[0].Holder, c.written)
					}
					continue
				}
				refused(t, err, payfile.TextCharacter, "lines", "0", "holder")
				if list, _ := refusal.As(err); len(list) > 0 && !strings.Contains(list[0].Localized("en").Message, "holds "+c.character+",") {
					t.Errorf("%s: %q, want %s", format, list[0].Localized("en").Message, c.character)
				}
			}
		})
	}
	t.Run("valid", func(t *testing.T) {
		for format, write := range formats {
			t.Run(format, func(t *testing.T) {
				o := order(0)
				for i, c := range nastyNames {
					if c.character == "" {
						l := line(i)
						l.Holder = c.holder
						o.Lines = append(o.Lines, l)
					}
				}
				data, _, err := write(o)
				if err != nil {
					t.Fatal(err)
				}
				valid(t, format, data)
			})
		}
	})
}

func TestNamesThatAreNone(t *testing.T) {
	for holder, code := range map[string]*refusal.Code{
		"": payfile.TextEmpty, "   ": payfile.TextEmpty, "\u00a0": payfile.TextEmpty, "'": payfile.TextEmpty, "-": payfile.TextEmpty, "12345": payfile.TextEmpty, "…": payfile.TextEmpty,
		strings.Repeat("a", 71): payfile.TextLong, strings.Repeat("ß", 36): payfile.TextLong, strings.Repeat("a", 10_000): payfile.TextLong,
		strings.Repeat("ab ", 24) + "c": payfile.TextLong,
	} {
		o := order(1)
		o.Lines[0].Holder = holder
		_, _, err := o.Pain()
		refused(t, err, code, "lines", "0", "holder")
	}
}

// nastyIBANs are accounts as they come, with what the bank gets, or the reason why it gets nothing.
var nastyIBANs = []struct{ given, written, code string }{
	{"IT60X0542811101000000123456", "IT60X0542811101000000123456", ""},
	{"it60 x054 2811 1010 0000 0123 456", "IT60X0542811101000000123456", ""},
	{" IT60X0542811101000000123456\n", "IT60X0542811101000000123456", ""},
	{"IT60\u00a0X054 2811 1010 0000 0123 456", "IT60X0542811101000000123456", ""},
	{"DE89370400440532013000", "DE89370400440532013000", ""},
	{"LT121000011101001000", "LT121000011101001000", ""},
	{"BE68539007547034", "BE68539007547034", ""},
	{"FR1420041010050500013M02606", "FR1420041010050500013M02606", ""},
	{"MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S", ""},
	{"NO9386011117947", "NO9386011117947", ""},
	{"SM86U0322509800000000270100", "SM86U0322509800000000270100", ""},
	{"GB29NWBK60161331926819", "GB29NWBK60161331926819", ""},
	{"IT60X0542811101000000123457", "", fiscal.CodeIBANCheck},
	{"IT61X0542811101000000123456", "", fiscal.CodeIBANCheck},
	{"DE89370400440532013001", "", fiscal.CodeIBANCheck},
	{"IT00X0542811101000000123456", "", fiscal.CodeIBANCheck},
	{"IT60X054281110100000012345", "", fiscal.CodeIBANLength},
	{"IT60X05428111010000001234567", "", fiscal.CodeIBANLength},
	{"IT60-X054-2811-1010-0000-0123-456", "", fiscal.CodeIBANShape},
	{"IT60X0542811101OOOOOO123456", "", fiscal.CodeIBANCheck},
	{"IBAN IT60X0542811101000000123456", "", fiscal.CodeIBANShape},
	{"IT60X05428111010000001234\u200b56", "", fiscal.CodeIBANShape},
	{"ІТ60X0542811101000000123456", "", fiscal.CodeIBANShape}, // the country in Cyrillic letters
	{"ＩＴ60X0542811101000000123456", "", fiscal.CodeIBANShape},
	{"IT60X0542811101000000123456\x00", "", fiscal.CodeIBANShape},
	{"IT60X054281110100000012345٦", "", fiscal.CodeIBANShape},
	{"TR330006100519786457841326", "", fiscal.CodeIBANCountry},
	{"SA0380000000608010167519", "", fiscal.CodeIBANCountry},
	{"UA213223130000026007233566001", "", fiscal.CodeIBANCountry},
	{"000123456789", "", fiscal.CodeIBANShape},
	{"", "", fiscal.CodeIBANShape},
	{"non lo so", "", fiscal.CodeIBANShape},
	{strings.Repeat("9", 1000), "", fiscal.CodeIBANShape},
}

func TestNastyIBANs(t *testing.T) {
	if n := len(nastyNames) + len(nastyIBANs); n < 100 {
		t.Fatalf("only %d", n)
	}
	for _, c := range nastyIBANs {
		t.Run(strconv.QuoteToASCII(c.given), func(t *testing.T) {
			for format, write := range formats {
				o := order(1)
				o.Lines[0].IBAN = fiscal.IBAN(c.given)
				data, _, err := write(o)
				if c.code == "" {
					if err != nil {
						t.Fatalf("%s: refused: %v", format, err)
					}
					if _, p := read(t, data); p.Transfers[0].IBAN != c.written {
						t.Errorf("%s: written as %q, want %q", format, p.Transfers[0].IBAN, c.written)
					}
					continue
				}
				refused(t, err, payfile.AccountInvalid, "lines", "0", "iban")
				list, _ := refusal.As(err)
				_, cause := fiscal.ParseIBAN(c.given)
				words := cause.(interface{ Cause() text.Text }).Cause()
				if cause.(*fiscal.Error).Code != c.code || !strings.Contains(list[0].Localized("it").Message, words.It) {
					t.Errorf("%s: %q, because of %v; want %s", format, list[0].Localized("it").Message, cause, c.code)
				}
				if len(c.given) > 4 && strings.Contains(list[0].Localized("it").Message, c.given) {
					t.Errorf("%s: the refusal repeats the account", format)
				}
			}
		})
	}
}
