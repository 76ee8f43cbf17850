package openapi_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/api/openapi"
)

// A receiver's author tries the verification with the secret, body and headers that the document shows.
func TestTheSignaturesThatTheDocumentShowsAreRight(t *testing.T) {
	t.Parallel()
	root := load(t, openapi.Document())
	header := func(name string) string {
		return fmt.Sprint(at(root, "components", "parameters", name, "example"))
	}
	var advice string
	for _, tag := range root["tags"].([]any) {
		if at(tag, "name") == "Deliveries" {
			advice = at(tag, "description").(string)
		}
	}
	secret := regexp.MustCompile("secret `([^`]+)`").FindStringSubmatch(advice)
	body := regexp.MustCompile("`({[^`]+})`").FindStringSubmatch(advice)
	if secret == nil || body == nil {
		t.Fatalf("no secret or body in %q", advice)
	}
	sign := func(parts ...string) string {
		mac := hmac.New(sha256.New, []byte(secret[1]))
		mac.Write([]byte(strings.Join(parts, ".")))
		return base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	if got, want := header("DeliverySignature"), sign(header("DeliveryTimestamp"), body[1]); got != want {
		t.Errorf("X-Catena-Signature is %s, want %s", got, want)
	}
	want := "v1," + sign(header("StandardWebhookId"), header("StandardWebhookTimestamp"), body[1])
	if got := header("StandardWebhookSignature"); got != want {
		t.Errorf("webhook-signature is %s, want %s", got, want)
	}
}
