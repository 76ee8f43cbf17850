package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testKey returns a key and what it opens.
func testKey(t *testing.T, fill byte) (Key, *Sealer, []byte) {
	t.Helper()
	k := Key(bytes.Repeat([]byte{fill}, KeySize))
	wrapped, err := NewKeyset(wrapper(t, k))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(wrapper(t, k), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	return k, s, wrapped
}

func wrapper(t *testing.T, k Key) Wrapper {
	t.Helper()
	w, err := k.Wrapper()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestASecretOpensInItsContextAlone(t *testing.T) {
	t.Parallel()
	_, s, _ := testKey(t, 1)
	secret := []byte("samsara_api_token")
	sealed, err := s.Seal(secret, []byte("connection/1"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, secret) {
		t.Error("the sealed bytes hold the secret")
	}
	if got, err := s.Open(sealed, []byte("connection/1")); !bytes.Equal(got, secret) || err != nil {
		t.Errorf("in its context: %q, %v", got, err)
	}
	if got, err := s.Open(sealed, []byte("connection/2")); err == nil {
		t.Errorf("another row's context opened it: %q", got)
	}
	if again, err := s.Seal(secret, []byte("connection/1")); err != nil || bytes.Equal(again, sealed) {
		t.Errorf("equal secrets are sealed to equal bytes: %v", err)
	}
	for i := range sealed {
		altered := bytes.Clone(sealed)
		altered[i] ^= 1
		if _, err := s.Open(altered, []byte("connection/1")); err == nil {
			t.Fatalf("a secret whose byte %d was altered opened", i)
		}
	}
}

func TestAKeysetOpensWithTheKeyThatWrappedItAlone(t *testing.T) {
	t.Parallel()
	k, s, wrapped := testKey(t, 1)
	sealed, err := s.Seal([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	same, err := Open(wrapper(t, k), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := same.Open(sealed, nil); string(got) != "x" || err != nil {
		t.Errorf("after another start: %q, %v", got, err)
	}
	other := Key(bytes.Repeat([]byte{2}, KeySize))
	if _, err := Open(wrapper(t, other), wrapped); err == nil || !strings.Contains(err.Error(), "give the key that it was made with") {
		t.Errorf("another key: %v", err)
	}
	if _, err := Open(wrapper(t, k), wrapped[:len(wrapped)-1]); err == nil {
		t.Error("a cut keyset opened")
	}
}

func TestAKeyIsReadStrictlyAndNeverPrinted(t *testing.T) {
	t.Parallel()
	good := base64.StdEncoding.EncodeToString(random(t))
	k, err := ParseKey(" " + good + "\n")
	if err != nil || len(k) != KeySize {
		t.Fatalf("a good key: %v", err)
	}
	for _, verb := range []string{"%v", "%s", "%+v", "%#v"} {
		if text := fmt.Sprintf(verb, k); text != "*****" {
			t.Errorf("%s prints %s", verb, text)
		}
	}
	for _, text := range []string{"", "short", base64.StdEncoding.EncodeToString(make([]byte, 31)), good + "A", strings.Repeat("!", 44)} {
		if _, err := ParseKey(text); err == nil || !strings.Contains(err.Error(), "openssl rand -base64 32") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// random returns the bytes of a good key.
func random(t *testing.T) []byte {
	t.Helper()
	k := make([]byte, KeySize)
	if _, err := rand.Read(k); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestAKeyThatSomebodyThoughtOfIsRefused(t *testing.T) {
	t.Parallel()
	half := random(t)[:KeySize/2]
	up, down := make([]byte, KeySize), make([]byte, KeySize)
	for i := range up {
		up[i], down[i] = byte(250+i), byte(-3*i)
	}
	for name, k := range map[string][]byte{
		"zeros":              make([]byte, KeySize),
		"one byte":           bytes.Repeat([]byte{7}, KeySize),
		"few bytes":          bytes.Repeat([]byte{1, 250, 77, 13}, KeySize/4),
		"a half twice":       append(bytes.Clone(half), half...),
		"counting":           up,
		"counting backwards": down,
		"a text":             []byte("The quick brown fox jumps over a"),
	} {
		_, err := ParseKey(base64.StdEncoding.EncodeToString(k))
		if err == nil || !strings.Contains(err.Error(), "openssl rand -base64 32") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 10_000 {
		if _, err := ParseKey(base64.StdEncoding.EncodeToString(random(t))); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAKeyFileIsMadeOnceForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	made, err := KeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := KeyFile(path)
	if err != nil || !bytes.Equal(made, again) {
		t.Errorf("a second start has another key: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file can be read by others: %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := KeyFile(path); err == nil {
		t.Error("a file without a key was taken")
	}
}

func TestARotatedKeysetOpensWhatTheOlderKeysSealedAndNeedsTheNewKey(t *testing.T) {
	t.Parallel()
	first, s, wrapped := testKey(t, 1)
	old, err := s.Seal([]byte("x"), []byte("row"))
	if err != nil {
		t.Fatal(err)
	}
	second, third := Key(bytes.Repeat([]byte{2}, KeySize)), Key(bytes.Repeat([]byte{3}, KeySize))
	for _, step := range [][2]Key{{first, second}, {second, second}, {second, third}} {
		if wrapped, err = Rotate(wrapped, wrapper(t, step[0]), wrapper(t, step[1])); err != nil {
			t.Fatal(err)
		}
	}
	for name, k := range map[string]Key{"first": first, "second": second} {
		if _, err := Open(wrapper(t, k), wrapped); err == nil || !strings.Contains(err.Error(), "waybill key rotate") {
			t.Errorf("the %s key: %v", name, err)
		}
		if _, err := Rotate(wrapped, wrapper(t, k), wrapper(t, third)); err == nil {
			t.Errorf("the %s key rotates", name)
		}
	}
	rotated, err := Open(wrapper(t, third), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rotated.Open(old, []byte("row")); string(got) != "x" || err != nil || !rotated.Outdated(old) || s.Outdated(old) {
		t.Errorf("an old secret: %q, %v", got, err)
	}
	fresh, err := rotated.Seal([]byte("y"), []byte("row"))
	if err != nil || rotated.Outdated(fresh) || rotated.Outdated(nil) {
		t.Errorf("a new secret is outdated: %v", err)
	}
	if _, err := s.Open(fresh, []byte("row")); err == nil {
		t.Error("the stolen keyset opens what came after it")
	}
}

func TestWhatIsSealedLikeAnotherOpensForWhoKnowsNoNewerDataKey(t *testing.T) {
	t.Parallel()
	k, old, wrapped := testKey(t, 1)
	before, err := old.Seal([]byte("x"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if wrapped, err = Rotate(wrapped, wrapper(t, k), wrapper(t, k)); err != nil {
		t.Fatal(err)
	}
	newer, err := Open(wrapper(t, k), wrapped)
	if err != nil {
		t.Fatal(err)
	}
	like, err := newer.Like(before)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		by    *Sealer
		opens bool
	}{"like it": {like, true}, "with the newest": {newer, false}} {
		sealed, err := c.by.Seal([]byte("y"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := old.Open(sealed, nil); (err == nil && string(got) == "y") != c.opens {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if like.Outdated(before) || !newer.Outdated(before) {
		t.Error("the one seals with another key than it was, or the other with none that is new")
	}
	for _, sealed := range []string{"", "cut", "\x01 no key"} {
		if _, err := newer.Like([]byte(sealed)); err == nil {
			t.Errorf("%q was sealed by a key", sealed)
		}
	}
}

func TestAnAnchoredKeysetStaysOneAndOpensWhatItHasSealed(t *testing.T) {
	t.Parallel()
	k, s, wrapped := testKey(t, 1)
	sealed, err := s.Seal([]byte("secret"), nil)
	if err != nil || s.Anchored() {
		t.Fatalf("a new one is anchored: %v, %v", s.Anchored(), err)
	}
	first, err := Anchor(wrapped, wrapper(t, k))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Anchor(first, wrapper(t, k))
	if err != nil {
		t.Fatal(err)
	}
	rotated, err := Rotate(first, wrapper(t, k), wrapper(t, k))
	if err != nil {
		t.Fatal(err)
	}
	for name, anchored := range map[string][]byte{"once": first, "twice": again, "rotated": rotated} {
		s, err := Open(wrapper(t, k), anchored)
		if err != nil || !s.Anchored() {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if text, err := s.Open(sealed, nil); string(text) != "secret" || err != nil {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	if _, err := Anchor(wrapped, wrapper(t, Key(bytes.Repeat([]byte{2}, KeySize)))); err == nil {
		t.Error("another key has anchored it")
	}
}
