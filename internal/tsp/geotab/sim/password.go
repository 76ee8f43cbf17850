package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// leastPassword is how long a password must be, in characters.
const leastPassword = 8

// checkPassword applies the password policy to a password that was given, and demands one from a new user.
func checkPassword(before, after simkit.Object) error {
	password := simkit.Text(after, givenPassword)
	if password == "" {
		if before == nil && simkit.Text(after, "userAuthenticationType") == basicAuthentication {
			return throw(typeNull, "User.password cannot be null or empty")
		}
		return nil
	}
	folded := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < leastPassword:
		return policy("The password must be at least %d characters long", leastPassword)
	case slices.Contains(commonPasswords(), folded):
		return policy("The password is too common")
	case slices.ContainsFunc(ownNames(after), func(name string) bool { return strings.Contains(folded, name) }):
		return policy("The password cannot contain the user name, first name or last name")
	}
	return nil
}

func policy(format string, args ...any) error {
	return throw("PasswordPolicyViolationException", format, args...)
}

// ownNames are the names that a password may not contain. That initials do not count is not documented.
func ownNames(o simkit.Object) []string {
	var out []string
	for _, name := range []string{"name", "firstName", "lastName"} {
		if s := strings.ToLower(simkit.Text(o, name)); utf8.RuneCountInString(s) > 2 {
			out = append(out, s)
		}
	}
	return out
}

// commonPasswords stand for Geotab's list, which is not public.
func commonPasswords() []string {
	return []string{
		"password", "password1", "password123", "passw0rd", "p@ssw0rd", "12345678", "123456789", "1234567890", "qwertyuiop",
		"qwerty123", "iloveyou", "sunshine", "princess", "football", "baseball", "welcome1", "letmein1", "changeme",
		"abcd1234", "11111111", "00000000", "trustno1",
	}
}

// keepPassword remembers a digest of a user's password.
func keepPassword(tx *simkit.Tx, user, password string) error {
	return tx.Put(passwords, user, simkit.Object{"digest": digest(user, password)})
}

func passwordMatches(tx *simkit.Tx, user *simkit.Item, password string) bool {
	kept, ok := tx.Get(passwords, user.ID)
	return ok && simkit.Text(kept.Object, "digest") == digest(user.ID, password)
}

func digest(user, password string) string {
	sum := sha256.Sum256([]byte(user + " " + password))
	return hex.EncodeToString(sum[:])
}
