package tsp_test

import (
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/tsp"
)

func TestAShortSecretIsHiddenWithoutTheWordsAroundIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ secret, text, want string }{
		{"a", "the account has a bad password", "the account has a bad password"},
		{"a", `cannot sign in with "a"`, `cannot sign in with "*****"`},
		{"a", `{"password":"a","name":"Ann"}`, `{"password":"*****","name":"Ann"}`},
		{"a", "password=a&user=ann", "password=*****&user=ann"},
		{"a", "password=ab", "password=ab"},
		{"a", "", ""},
		{"12", "12 of 120 calls; pin='12'", "12 of 120 calls; pin='*****'"},
		{"test", "the password test is old, testing it is not", "the password ***** is old, testing it is not"},
		{"test", "test", "*****"},
		{"test", "test test,test", "***** *****,*****"},
		{"pin", "bearer pin; spinning", "bearer *****; spinning"},
		{"sés", "le sés, les sésé", "le *****, les sésé"},
		{"secret", "the secrets", "the *****s"},
		{"top secret", "got top+secret and top%20secret", "got ***** and *****"},
		{`quo"ted`, `{"p":"quo\"ted"}`, `{"p":"*****"}`},
	} {
		if got := tsp.SecretsOf(c.secret).Redact(c.text); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.secret, c.text, got, c.want)
		}
	}
}

func TestASecretThatContainsAnotherIsHiddenWhole(t *testing.T) {
	t.Parallel()
	got := tsp.SecretsOf("", "secret", "secret-and-more", "secret").Redact("it was secret-and-more, not secret")
	if got != "it was *****, not *****" || strings.Contains(got, "secret") {
		t.Errorf("%q", got)
	}
}
