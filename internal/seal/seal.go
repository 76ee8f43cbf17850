// Package seal keeps secrets at rest: an envelope in which the operator's key wraps a data
// keyset, and the keyset seals each row bound to the row that it belongs to.
package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// KeySize is the length of the operator's key in bytes.
const KeySize = 32

// Key is the operator's key. It prints as "*****".
type Key []byte

// String hides the key.
func (Key) String() string { return "*****" }

// GoString hides the key from %#v.
func (Key) GoString() string { return "*****" }

// ParseKey reads a key of 32 bytes in standard base64.
func ParseKey(text string) (Key, error) {
	k, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(k) != KeySize {
		return nil, errors.New("the key must be 32 random bytes in base64, as `openssl rand -base64 32` makes them")
	}
	if weak(k) {
		return nil, errors.New("the key is no random one and could be guessed; make another with `openssl rand -base64 32`")
	}
	return k, nil
}

// fewest is how many different bytes a key has: 30 on average, and fewer than this once in a
// thousand million.
const fewest = 16

// weak tells whether a key was thought of: one of few different bytes, of a repeated half, of bytes
// that count up or down, or of text. A random one is taken for such less than once in a thousand million.
func weak(k []byte) bool {
	different := map[byte]bool{}
	text, counts := true, true
	for i, b := range k {
		different[b] = true
		text = text && b >= ' ' && b <= '~'
		counts = counts && (i < 2 || b-k[i-1] == k[1]-k[0])
	}
	return len(different) < fewest || bytes.Equal(k[:KeySize/2], k[KeySize/2:]) || text || counts
}

// Wrapper returns what wraps keysets with the key.
func (k Key) Wrapper() (Wrapper, error) {
	wrap, err := subtle.NewAESGCM(k)
	if err != nil {
		return nil, fmt.Errorf("using the key: %w", err)
	}
	return wrap, nil
}

// Wrapper wraps data keysets. The clients that Tink has for the keys of cloud providers and of Vault
// are such; Key makes the one of this package.
type Wrapper interface{ tink.AEAD }

// KeyFile reads the key in a file, making the file with a random key if there is none. It is
// for development; production keys come from the operator.
func KeyFile(path string) (Key, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		k := make([]byte, KeySize)
		if _, err := rand.Read(k); err != nil {
			return nil, fmt.Errorf("making a key: %w", err)
		}
		text = []byte(base64.StdEncoding.EncodeToString(k) + "\n")
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key file: %w", err)
	}
	return ParseKey(string(text))
}
