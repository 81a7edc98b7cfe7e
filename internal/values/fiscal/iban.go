package fiscal

import (
	"fmt"
	"log/slog"
	"strings"
)

// IBAN is a SEPA account number without blanks. Make it with ParseIBAN.
type IBAN string

// ibanLengths are the lengths of the SEPA countries (ISO 13616 register; European Payments Council list).
var ibanLengths = map[string]int{
	"AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
	"ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
	"LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15,
	"PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22,
}

// ParseIBAN reads a SEPA IBAN, dropping blanks and raising letters, and verifies length, mod 97 and, for Italy, the
// CIN. Accounts of other SEPA countries are as good as Italian ones (Reg. EU 260/2012, art. 9). Errors are *Error.
func ParseIBAN(s string) (IBAN, error) {
	s = normal(s)
	if len(s) < 4 || !all(s, isAlphanumeric) || !isLetter(s[0]) || !isLetter(s[1]) || !allDigits(s[2:4]) {
		return "", &Error{CodeIBANShape, "want two letters, two digits, then letters and digits"}
	}
	length, sepa := ibanLengths[s[:2]]
	switch {
	case !sepa:
		return "", &Error{CodeIBANCountry, "not in SEPA"}
	case len(s) != length:
		return "", &Error{CodeIBANLength, fmt.Sprintf("want %d characters", length)}
	case s[2:4] < "02" || s[2:4] > "98" || mod97(s[4:]+s[:4]) != 1:
		return "", &Error{CodeIBANCheck, "mod 97"}
	case s[:2] == "IT":
		return italian(s)
	}
	return IBAN(s), nil
}

func italian(s string) (IBAN, error) {
	if !isLetter(s[4]) || !allDigits(s[5:15]) {
		return "", &Error{CodeIBANShape, "want CIN letter, ABI and CAB of five digits"}
	}
	if checkLetter(s[5:]) != s[4] {
		return "", &Error{CodeIBANCIN, "check letter"}
	}
	return IBAN(s), nil
}

// String is the IBAN without blanks: personal data, keep it out of logs and errors.
func (i IBAN) String() string { return string(i) }

// LogValue hides the account from structured logs.
func (i IBAN) LogValue() slog.Value { return slog.StringValue("[IBAN]") }

// Country is the ISO 3166 code of the country, such as IT; empty for no IBAN.
func (i IBAN) Country() string {
	if len(i) < 2 {
		return ""
	}
	return string(i[:2])
}

// ABI is the five digits that name the bank of an Italian account; empty for any other.
func (i IBAN) ABI() string {
	if i.Country() != "IT" || len(i) != ibanLengths["IT"] {
		return ""
	}
	return string(i[5:10])
}

// Masked shows the country and the last four characters only, such as "IT•••3456", to recognise an account by.
func (i IBAN) Masked() string {
	if len(i) < 15 {
		return ""
	}
	return i.Country() + "•••" + string(i[len(i)-4:])
}

// MakeItalianIBAN computes the IBAN of an Italian account for demonstration data; ABI and CAB are padded to five
// digits, the account to twelve characters. Empty when a part does not fit.
func MakeItalianIBAN(abi, cab, account string) string {
	bank := padded(abi, 5) + padded(cab, 5)
	number := padded(normal(account), 12)
	if len(bank) != 10 || !allDigits(bank) || len(number) != 12 || !all(number, isAlphanumeric) {
		return ""
	}
	bban := string(checkLetter(bank+number)) + bank + number
	return fmt.Sprintf("IT%02d%s", 98-mod97(bban+"IT00"), bban)
}

func padded(s string, length int) string { return strings.Repeat("0", max(0, length-len(s))) + s }

func isAlphanumeric(c byte) bool { return isDigit(c) || isLetter(c) }

// mod97 reads letters as 10 to 35, as ISO 7064 wants.
func mod97(s string) int {
	rest := 0
	for i := range len(s) {
		value := alphanumeric(s[i])
		if value >= 10 {
			rest *= 10
		}
		rest = (rest*10 + value) % 97
	}
	return rest
}
