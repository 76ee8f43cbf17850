package webhook

import (
	"fmt"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
)

// codeURL is the code of URLs to which nothing may be sent.
const codeURL = "url_not_allowed"

// codeSecretUnused is the code of a secret by which nothing is signed.
const codeSecretUnused = "secret_unused"

// The bounds of a subscription: of texts in characters, of lists in items.
const (
	// maxURL is the contract's.
	maxURL = 2083
	// maxFleets is what the contract has where lists are narrowed to fleets.
	maxFleets = 100
	// maxRef is how long a fleet's reference can be where it is made.
	maxRef = 500
	// maxSecret is far beyond what adds strength: HMAC-SHA256 makes 32 bytes of any longer key.
	maxSecret = 256
)

// draft is what a creation's body asks for. Its event name may still be a wildcard.
type draft struct {
	url       string
	eventName string
	filters   *Filters
	// secret is "" when the service shall make one.
	secret Secret
}

// creation describes the contract's WebhookCreate.
func creation() resource.Table {
	filters := resource.Table{Of: "filters", Fields: []resource.Field{
		{Name: "fleet_ids", Type: resource.UUIDs, Nullable: true, Most: maxFleets},
		{Name: "fleet_refs", Type: resource.Texts, Nullable: true, Most: maxFleets, Longest: maxRef},
	}}
	return resource.Table{Of: "a webhook", Fields: []resource.Field{
		{Name: "url", Type: resource.Text, Required: true, NonEmpty: true, Longest: maxURL,
			Hint: "say where events shall be sent, such as https://example.com/hooks"},
		{Name: "event_name", Type: resource.Text, Required: true,
			Hint: "say what shall be sent, such as resource_operation.*"},
		{Name: "filters", Type: resource.Nested, Nullable: true, Table: &filters},
		{Name: "secret", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxSecret, Secret: true,
			Hint: "leave it out or send null, and Waybill makes a good one"},
	}}
}

// decodeCreate reads a body and finds every problem at once. The draft is usable only if there
// is none.
func decodeCreate(body []byte, urls URLPolicy) (draft, []resource.Problem) {
	o := resource.Read(body, creation())
	d := draft{url: o.Text("url").Or(""), eventName: o.Text("event_name").Or(""), secret: Secret(o.Text("secret").Or(""))}
	switch {
	case d.url == FeedURL:
		if d.secret != "" {
			o.Refuse("secret", codeSecretUnused, "has no effect on a feed, which is read with a token and not signed; leave it out")
		}
	case o.Has("url"):
		// The address is checked again at each connection, after its name was resolved; here the
		// caller learns early of what could never be sent.
		if err := urls.CheckURL(d.url); err != nil {
			o.Refuse("url", codeURL, "%v", err)
		}
	}
	if o.Has("event_name") && !knownName(d.eventName) {
		o.Refuse("event_name", resource.CodeEnum, "is not the name of an event; %s", suggest(d.eventName))
	}
	if in := o.Object("filters"); in != nil {
		d.filters = readFilters(o, in)
	}
	return d, o.Problems()
}

// readFilters returns nil for filters that narrow nothing, so that equal wishes look equal.
func readFilters(o, in *resource.Object) *Filters {
	f := &Filters{FleetIDs: in.IDs("fleet_ids"), FleetRefs: in.Texts("fleet_refs")}
	// It is what the events of every fleet have that the partner has no reference for.
	if i := slices.Index(f.FleetRefs, ""); i >= 0 {
		o.Add(resource.Problem{Path: fmt.Sprintf("filters.fleet_refs[%d]", i), Message: "must not be empty",
			Code: resource.CodeTooShort})
	}
	if len(f.FleetIDs)+len(f.FleetRefs) == 0 {
		return nil
	}
	return f
}
