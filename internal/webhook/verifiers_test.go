package webhook_test

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/npmtest"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// unverified begins what is told where something is missing that is no part of what the project's tests need.
const unverified = "NOT VERIFIED WITH THE LIBRARIES OF STANDARD WEBHOOKS: "

// proof is a delivery that came, and what a library is asked of it.
type proof struct {
	Library string            `json:"library"`
	Secret  string            `json:"secret"`
	Raw     bool              `json:"raw"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
	says    string
	want    bool
}

func TestTheOfficialLibrariesVerifyWhatIsSent(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip(unverified + "the run is to be short")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	folder := npmtest.Installed(ctx, t, filepath.Join("testdata", "verifiers"), unverified)
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(unverified + "node is not installed")
	}
	generated, other := string(webhook.RandomSecret()), string(webhook.RandomSecret())
	brought := "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	var proofs []proof
	for _, library := range []string{"standardwebhooks", "svix"} {
		for _, secret := range []string{generated, brought, strings.TrimPrefix(brought, "whsec_"), "cGFkZGVk"} {
			came := delivered(t, secret, "")
			proofs = append(proofs, came.by(library, secret, "the secret", true), came.by(library, other, "another secret", false))
			came.Body += " "
			proofs = append(proofs, came.by(library, secret, "another body", false))
		}
		came := delivered(t, generated, other)
		proofs = append(proofs, came.by(library, generated, "the new of two secrets", true), came.by(library, other, "the old of two", true))
	}
	text := delivered(t, "no Base64 at all!", "").by("standardwebhooks", "no Base64 at all!", "a text, taken as it is", true)
	text.Raw = true
	proofs = append(proofs, text)

	in, err := json.Marshal(proofs)
	if err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(ctx, node, filepath.Join(folder, "verify.mjs"))
	run.Stdin = strings.NewReader(string(in))
	said, err := run.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	var got []bool
	if err := json.Unmarshal(said, &got); err != nil || len(got) != len(proofs) {
		t.Fatalf("%v: %s", err, said)
	}
	for i, p := range proofs {
		if got[i] != p.want {
			t.Errorf("%s: %s: it verifies: %t", p.Library, p.says, got[i])
		}
	}
}

// by returns the question whether a library verifies the delivery with a secret.
func (p proof) by(library, secret, says string, want bool) proof {
	p.Library, p.Secret, p.says, p.want = library, secret, says, want
	return p
}

// delivered makes a delivery and returns it as it came.
func delivered(t *testing.T, secret, previous string) proof {
	t.Helper()
	var came proof
	s := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		came.Headers = map[string]string{}
		for name := range r.Header {
			came.Headers[strings.ToLower(name)] = r.Header.Get(name)
		}
		came.Body = string(unpacked(t, r))
	})
	d := to(s.URL)
	d.Subscription.Secret, d.Subscription.PreviousSecret = webhook.Secret(secret), webhook.Secret(previous)
	d.Subscription.PreviousUntil = time.Now().Add(time.Hour)
	if got := newSender(t, loopback, 10*time.Second).Send(t.Context(), d); got.Verdict != webhook.Delivered {
		t.Fatalf("got %+v", got)
	}
	return came
}
