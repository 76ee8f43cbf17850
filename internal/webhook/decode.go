package webhook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// codeURL is the code of URLs to which nothing may be sent.
const codeURL = "url_not_allowed"

// codeUnused is the code of what has no effect beside the other members.
const codeUnused = "unused"

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

// minSecret is the contract's for updates; it has none for creations, which are warned.
const minSecret = 12

// draft is what a creation's body asks for. Its event name may still be a wildcard.
type draft struct {
	url       string
	eventName string
	filters   *Filters
	// secret is "" when the service shall make one.
	secret       Secret
	encoding     Encoding
	retryRefused bool
}

// creation describes the contract's WebhookCreate.
func creation() resource.Table {
	return resource.Table{Of: "a webhook", Fields: append([]resource.Field{
		{Name: "url", Type: resource.Text, Required: true, NonEmpty: true, Longest: maxURL,
			Hint: "say where events shall be sent, such as https://example.com/hooks"},
		{Name: "event_name", Type: resource.Text, Required: true,
			Hint: "say what shall be sent, such as resource_operation.*"},
		filtersField(),
		{Name: "secret", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxSecret, Secret: true,
			Hint: "leave it out or send null, and Waybill makes a good one"},
	}, receiverFields()...)}
}

func filtersField() resource.Field {
	return resource.Field{Name: "filters", Type: resource.Nested, Nullable: true, Table: &resource.Table{Of: "filters",
		Fields: []resource.Field{
			{Name: "fleet_ids", Type: resource.UUIDs, Nullable: true, Most: maxFleets},
			{Name: "fleet_refs", Type: resource.Texts, Nullable: true, Most: maxFleets, Longest: maxRef},
		}}}
}

// receiverFields are members of our own: what is to be known of the receiver.
func receiverFields() []resource.Field {
	return []resource.Field{
		{Name: "encoding", Type: resource.Enum, Nullable: true,
			Values: []string{string(Automatic), string(Gzip), string(Identity)}},
		{Name: "retry_refused", Type: resource.Boolean, Nullable: true},
	}
}

// decodeCreate reads a body and finds every problem at once. The draft is usable only if there
// is none.
func decodeCreate(body []byte, urls URLPolicy) (draft, []resource.Problem) {
	o := resource.Read(body, creation())
	d := draft{url: canonical(o.Text("url").Or("")), eventName: o.Text("event_name").Or(""),
		secret: Secret(o.Text("secret").Or("")), encoding: Encoding(o.Text("encoding").Or(string(Automatic))),
		retryRefused: flag(o, "retry_refused")}
	checkURL(o, urls)
	if o.Has("event_name") && !knownName(d.eventName) {
		o.Refuse("event_name", resource.CodeEnum, "is not the name of an event; %s", suggest(d.eventName))
	}
	if in := o.Object("filters"); in != nil {
		d.filters = readFilters(o, in)
	}
	return d, o.Problems()
}

// canonical is the one form of the URLs that lead to one place (RFC 3986, sections 6.2.2.1 and 6.2.3): two that
// differ in the case of the scheme or host, in the dot behind the host, in a port that goes without saying or in the
// path's first slash are one receiver. What it cannot take apart stays as it is.
func canonical(raw string) string {
	scheme, rest, ok := strings.Cut(raw, "://")
	if !ok {
		return raw
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	scheme, host, path := strings.ToLower(scheme), strings.ToLower(rest[:end]), rest[end:]
	port := ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:i], host[i:]
	}
	if port == ":" || scheme+port == "https:443" || scheme+port == "http:80" {
		port = ""
	}
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	return scheme + "://" + strings.TrimSuffix(host, ".") + port + path
}

// checkURL refuses an address to which nothing could be sent. It is checked again at each connection,
// after its name was resolved; here the caller learns early. A mask is what a read shows in its place.
func checkURL(o *resource.Object, urls URLPolicy) {
	given := o.Text("url").Or("")
	if !o.Has("url") {
		return
	}
	if given == FeedURL {
		refuseUnused(o)
		return
	}
	if err := urls.CheckURL(given); err != nil {
		o.Refuse("url", codeURL, "%v", err)
	}
	if strings.HasSuffix(given, masked) {
		o.Refuse("url", resource.CodePattern,
			"ends with the mask that a read shows instead of it; send the address itself")
	}
}

// refuseUnused refuses what says how to send, beside an address that is read from.
func refuseUnused(o *resource.Object) {
	for _, name := range []string{"secret", "generate_secret", "encoding", "retry_refused"} {
		if o.Has(name) {
			o.Refuse(name, codeUnused,
				"has no effect on a feed, which is read with a token and sent nowhere; leave it out")
		}
	}
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
