package tsp

import (
	"bytes"
	"slices"
)

// What names of headers, parameters and members speak of a secret: those that hold one of the first, and those that
// are one of the second, without case and what is neither letter nor digit.
var (
	secretParts = [][]byte{[]byte("passw"), []byte("passphrase"), []byte("pwd"), []byte("secret"),
		[]byte("token"), []byte("authoriz"), []byte("cookie"), []byte("credential"), []byte("apikey"),
		[]byte("accesskey"), []byte("privatekey"), []byte("sessionid"), []byte("signature")}
	secretNames = []string{"session", "assertion", "auth", "jwt", "otp", "pin", "sid"}
	// plainNames hold a part of the first and are no secrets.
	plainNames = []string{"tokentype", "accesscontrolallowcredentials"}
	// secretParameters are what queries and forms have for keys, while members of these names are anything.
	secretParameters = []string{"key", "code"}
)

// secretName tells whether what stands under a name is a secret.
func secretName(name string) bool {
	var room [64]byte
	plain := plainName(room[:0], name)
	if slices.Contains(secretNames, string(plain)) {
		return true
	}
	holds := slices.ContainsFunc(secretParts, func(part []byte) bool { return bytes.Contains(plain, part) })
	return holds && !slices.Contains(plainNames, string(plain))
}

// secretParameter is secretName for what stands in queries and forms.
func secretParameter(name string) bool {
	var room [64]byte
	return secretName(name) || slices.Contains(secretParameters, string(plainName(room[:0], name)))
}

// plainName appends the letters and digits of a name, in lower case.
func plainName(out []byte, name string) []byte {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 0x80:
			out = append(out, c)
		}
	}
	return out
}

// shownOfSignIn are the members and parameters of sign-ins, and of their answers, whose texts may be seen: of all
// others none is, whatever they are called.
var shownOfSignIn = []string{"granttype", "scope", "tokentype", "expiresin", "error", "errordescription", "erroruri",
	"method", "message", "name", "type", "jsonrpc"}

func shownName(name string) bool {
	var room [64]byte
	return slices.Contains(shownOfSignIn, string(plainName(room[:0], name)))
}
