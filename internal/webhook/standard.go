package webhook

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// The form of Standard Webhooks (https://www.standardwebhooks.com, read 2026-11-27): a secret is
// the prefix and the standard Base64 of its key, and the header of signatures may hold several,
// of which one that matches is enough.
const (
	secretPrefix = "whsec_"
	// standardVersion marks a symmetric signature.
	standardVersion = "v1,"
)

// standardKeys are the keys under which receivers may check webhook-signature. The libraries decode
// whatever secret they are given, with or without the prefix, and cannot be used with a text that is no
// Base64. So a secret with the prefix has the key that they make of it, and any other its own
// bytes, as is documented, and beside them what the libraries would make of it.
func (s Secret) standardKeys() [][]byte {
	text, prefixed := strings.CutPrefix(string(s), secretPrefix)
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		// Some libraries do without the padding.
		key, err = base64.RawStdEncoding.DecodeString(text)
	}
	decoded := err == nil && len(key) > 0
	switch {
	case decoded && prefixed:
		return [][]byte{key}
	case decoded:
		return [][]byte{[]byte(s), key}
	}
	return [][]byte{[]byte(s)}
}

// The lengths of keys in bytes that Standard Webhooks allows.
const (
	shortestKey = 24
	longestKey  = 64
)

// unfit says why the official libraries cannot use a secret that claims to be theirs; "" if they can, or
// it makes no such claim.
func (s Secret) unfit() string {
	text, prefixed := strings.CutPrefix(string(s), secretPrefix)
	if !prefixed {
		return ""
	}
	key, err := base64.StdEncoding.DecodeString(text)
	switch {
	case err != nil:
		return "what follows " + secretPrefix + " is no standard Base64 with its padding"
	case len(key) < shortestKey || len(key) > longestKey:
		return fmt.Sprintf("what follows %s is a key of %d bytes, and it must have %d to %d", secretPrefix, len(key),
			shortestKey, longestKey)
	}
	return ""
}

// standardSignatures returns the value of webhook-signature for secrets of which any may be the
// receiver's.
func standardSignatures(secrets []Secret, before string, body []byte) string {
	var all []string
	for _, s := range secrets {
		for _, key := range s.standardKeys() {
			// A secret may have been replaced by another spelling of itself.
			if signature := standardVersion + digest(key, before, body); !slices.Contains(all, signature) {
				all = append(all, signature)
			}
		}
	}
	return strings.Join(all, " ")
}
