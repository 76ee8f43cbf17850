package operator

import (
	"crypto/rand"
	"crypto/sha256"
	"strings"
	"time"
)

// codeLife is for how long a code signs its operator in: long enough to be read to somebody over the telephone.
const codeLife = 15 * time.Minute

// Code is what is kept of a one-time code. An operator has one at most.
type Code struct {
	Hash                 []byte
	CreatedAt, ExpiresAt time.Time
}

// Opens tells whether the code signs its operator in at a time.
func (c Code) Opens(o Operator, at time.Time) bool { return !o.Disabled && at.Before(c.ExpiresAt) }

// The form of codes: codePrefix, and codeLetters of base 32 in groups. They hold 80 bits, so that whoever
// reads the hashes finds none in the time for which they open.
const (
	codePrefix  = "WB"
	codeLetters = 16
	codeGroup   = 4
)

// newCode makes a code, as it is told and as it is kept.
func newCode(at time.Time) (string, Code) {
	letters := rand.Text()[:codeLetters]
	text := strings.ToLower(codePrefix)
	for i := 0; i < codeLetters; i += codeGroup {
		text += "-" + letters[i:i+codeGroup]
	}
	return text, Code{Hash: hash(letters), CreatedAt: at, ExpiresAt: at.Add(codeLife)}
}

// hashCode returns what is kept of a code that somebody has typed, in whatever case and with whatever between
// its groups; nil for what is none.
func hashCode(text string) []byte {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -\t\r\n_", r) {
			return -1
		}
		return r
	}, strings.ToUpper(text))
	letters, there := strings.CutPrefix(text, codePrefix)
	if !there || len(letters) != codeLetters {
		letters = text
	}
	if len(letters) != codeLetters {
		return nil
	}
	return hash(letters)
}

// hash is what is kept of a secret that was made at random: stretching it would slow nobody down but us.
func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
