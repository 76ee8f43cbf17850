package sim

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

const sessionCookie = "JSESSIONID"

// signIn finds the user of a request (api/security/SecurityRequestFilter). Nobody is nil without an error: that becomes
// 401 unless the route is open, also for a wrong password. An error is an exception that the filter lets through, which
// is 400 or 500 also on open routes: a malformed header or token is not 401.
func signIn(tx *simkit.Tx, r *http.Request) (*simkit.Item, error) {
	header := r.Header.Values("Authorization")
	if len(header) == 0 {
		return bySession(tx, r), nil
	}
	scheme, rest, _ := strings.Cut(header[0], " ")
	credentials, _, _ := strings.Cut(rest, " ")
	if credentials == "" {
		return nil, outOfBounds(1, filtered(77))
	}
	var user *simkit.Item
	var err error
	switch strings.ToLower(scheme) {
	case "bearer":
		user, err = byToken(tx, credentials)
	case "basic":
		email, password, found := strings.Cut(ascii(decode(credentials)), ":")
		if !found {
			return nil, outOfBounds(1, frame("org.traccar.api.security.LoginService.login", 76)+filtered(77))
		}
		user, err = byPassword(tx, email, password)
	}
	if f, ok := errors.AsType[*failure](err); ok && f.class == "java.lang.SecurityException" {
		return nil, nil // caught and logged by the filter
	}
	return user, err
}

func outOfBounds(index int, at string) *failure {
	f := runtime("ArrayIndexOutOfBoundsException", fmt.Sprintf("Index %[1]d out of bounds for length %[1]d", index))
	f.at = at
	return f
}

// byPassword finds the user of an email address or a login name, nil when the password is wrong (LoginService).
func byPassword(tx *simkit.Tx, email, password string) (*simkit.Item, error) {
	name := strings.ToLower(strings.TrimSpace(email))
	for _, i := range tx.Items(users) {
		login := strings.ToLower(simkit.Text(i.Object, "login"))
		if strings.ToLower(simkit.Text(i.Object, "email")) != name && (login == "" || login != name) {
			continue
		}
		held, ok := tx.Get(passwords, i.ID)
		if !ok || simkit.Text(held.Object, "hash") != hash(i.ID, password) {
			return nil, nil
		}
		return i, checkEnabled(tx, i)
	}
	return nil, nil
}

func hash(id, password string) string {
	sum := sha256.Sum256([]byte(id + ":" + password))
	return hex.EncodeToString(sum[:])
}

// ascii is what Basic makes of other characters, which no password then matches (LoginService decodes as US-ASCII).
func ascii(data []byte) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return '\uFFFD'
		}
		return r
	}, string(data))
}

// byToken finds the user of a token that has not expired.
func byToken(tx *simkit.Tx, token string) (*simkit.Item, error) {
	held, known := tx.Get(tokens, token)
	if !known {
		return nil, unsigned(token)
	}
	if past(tx, held.Object, "expiration") {
		return nil, security("Token has expired")
	}
	return userOf(tx, held)
}

// userOf is the user that a token or a session is of, nil when there is none any more.
func userOf(tx *simkit.Tx, held *simkit.Item) (*simkit.Item, error) {
	user, ok := tx.Get(users, idText(simkit.Int(held.Object, "userId")))
	if !ok {
		return nil, nil
	}
	return user, checkEnabled(tx, user)
}

// unsigned is what the server makes of a token that it did not sign (api/signature/CryptoManager.verify). A token is
// Base64 of a length, a signature of that length, and the data: the first bytes of any other text decide how far the
// check comes. Only with the form of a signature is the answer 401.
func unsigned(token string) error {
	data := decode(token)
	if len(data) == 0 {
		return outOfBounds(0, verified(64)+filtered(77))
	}
	length := int(int8(data[0]))
	var f *failure
	line := 68
	switch {
	case length == -1:
		f = runtime("IllegalArgumentException", "Bad arguments")
	case length < 0:
		f, line = runtime("ArrayIndexOutOfBoundsException", fmt.Sprintf(
			"arraycopy: source index %d out of bounds for byte[%d]", 1+length, len(data))), 66
	case len(data)-1-length < 0:
		f, line = runtime("NegativeArraySizeException", idText(int64(len(data)-1-length))), 65
	case length < 8 || data[1] != 0x30:
		f = web(http.StatusInternalServerError)
		f.cause, f.causeAt = "java.security.SignatureException: Could not verify signature", verified(68)
		f.at = filtered(85)
		return f
	default:
		return security("Invalid signature")
	}
	f.at = verified(line) + filtered(77)
	return f
}

// decode reads Base64 of either alphabet, as far as it goes.
func decode(s string) []byte {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	data, _ := base64.RawStdEncoding.DecodeString(s)
	return data
}

func bySession(tx *simkit.Tx, r *http.Request) *simkit.Item {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	held, ok := tx.Get(sessions, cookie.Value)
	if !ok {
		return nil
	}
	user, err := userOf(tx, held)
	if err != nil {
		return nil
	}
	return user
}

// checkEnabled refuses a user that is disabled or expired (model/Disableable).
func checkEnabled(tx *simkit.Tx, user *simkit.Item) error {
	if yes(user.Object, "disabled") {
		return security("User is disabled")
	}
	if past(tx, user.Object, "expirationTime") {
		return security("User has expired")
	}
	return nil
}

// past reports whether the time of a member is over; one without a time lasts.
func past(tx *simkit.Tx, o simkit.Object, name string) bool {
	until, err := time.Parse(time.RFC3339, simkit.Text(o, name))
	return err == nil && until.Before(tx.Now())
}
