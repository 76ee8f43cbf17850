package webhook

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// maxOverlap bounds for how long the secret before the last rotation stays valid.
const maxOverlap = 7 * 24 * time.Hour

// Updated is the answer to Update.
type Updated struct {
	Subscription Subscription
	// Generated tells that the secret was made for this request: its answer shows it, and no other.
	Generated bool
}

// update describes the contract's WebhookUpdate, with members of our own behind it.
func update() resource.Table {
	zero, most := 0.0, maxOverlap.Seconds()
	return resource.Table{Of: "an update of a webhook", Fields: append([]resource.Field{
		{Name: "url", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxURL},
		filtersField(),
		{Name: "secret", Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxSecret, Secret: true,
			Hint: "send generate_secret, and Waybill makes a good one"},
		{Name: "generate_secret", Type: resource.Boolean, Nullable: true},
		{Name: "secret_overlap_seconds", Type: resource.Integer, Nullable: true, Min: &zero, Max: &most},
	}, receiverFields()...)}
}

// readUpdate reads the body of an update. A url or secret that is null is one that is not given, as the
// clients have it that write null for what was not set; filters that are null narrow nothing.
func readUpdate(body []byte, urls URLPolicy) (*resource.Object, []resource.Problem) {
	o := resource.Read(body, update())
	checkURL(o, urls)
	if secret := o.Text("secret"); o.Has("secret") && utf8.RuneCountInString(secret.Or("")) < minSecret {
		o.Refuse("secret", resource.CodeTooShort, "must have at least %d characters; send generate_secret, "+
			"and Waybill makes a good one", minSecret)
	}
	rotates := o.Has("secret") || flag(o, "generate_secret")
	if o.Has("secret") && flag(o, "generate_secret") {
		o.Refuse("generate_secret", resource.CodeRepeated, "must not stand beside a secret; send one of the two")
	}
	if o.Has("secret_overlap_seconds") && !rotates {
		o.Refuse("secret_overlap_seconds", resource.CodeMissing, "has no meaning without a new secret; "+
			"send secret or generate_secret with it")
	}
	_, filters := o.Value("filters")
	changes := o.Has("url") || filters != resource.Absent || rotates || o.Has("encoding") || o.Has("retry_refused")
	if !changes && len(o.Problems()) == 0 {
		o.Refuse("", resource.CodeNothing, "must change something; there are url, filters, secret, generate_secret, "+
			"encoding and retry_refused")
	}
	return o, o.Problems()
}

// Update changes a partner's subscription as a request body (the contract's WebhookUpdate) asks for.
// The receiver is judged anew from then on.
func (s *Service) Update(ctx context.Context, partner, id uuid.UUID, body []byte) (Updated, error) {
	o, wrong := readUpdate(body, s.c.URLs)
	var filters *Filters
	if in := o.Object("filters"); in != nil {
		filters = readFilters(o, in)
		wrong = o.Problems()
	}
	if len(wrong) > 0 {
		return Updated{}, problem.InvalidBody(wrong...)
	}
	generated := flag(o, "generate_secret")
	sub, err := s.change(ctx, partner, id, EventUpdated, func(sub Subscription) (Subscription, error) {
		now := s.c.Now()
		next := sub.changed(now).replaced(o)
		if err := next.usable(); err != nil {
			return sub, err
		}
		next.URL = sub.URL
		if o.Has("url") {
			next.URL = canonical(o.Text("url").Or(""))
		}
		if next.URL == FeedURL && !o.Has("url") {
			if refuseUnused(o); len(o.Problems()) > 0 {
				return sub, problem.InvalidBody(o.Problems()...)
			}
		}
		if _, state := o.Value("filters"); state != resource.Absent {
			next.Filters = filters
		}
		next.Encoding, next.RetryRefused = Encoding(o.Text("encoding").Or(string(sub.Encoding))), sub.RetryRefused
		if o.Has("retry_refused") {
			next.RetryRefused = flag(o, "retry_refused")
		}
		// One that was stored in another form leads where it led.
		elsewhere := canonical(next.URL) != canonical(sub.URL)
		if elsewhere || next.Encoding != sub.Encoding {
			next.Learned = ""
		}
		next.Health = unproven(now)
		// What made it stale was another receiver.
		if sub.Status == Stale && elsewhere {
			next.Status = Active
		}
		return s.rotated(next, o, now)
	})
	if err == nil && filters != nil {
		sub.Unreached = s.unreached(ctx, partner, sub.Filters)
	}
	return Updated{sub, generated}, err
}

// rotated gives the subscription the new secret that is asked for, if one is.
func (s *Service) rotated(sub Subscription, o *resource.Object, now time.Time) (Subscription, error) {
	secret := Secret(o.Text("secret").Or(""))
	if flag(o, "generate_secret") {
		secret = s.c.NewSecret()
	}
	if secret == "" {
		return sub, nil
	}
	overlap, given := o.Value("secret_overlap_seconds")
	if sub.PreviousUntil.After(now) && (given == resource.Absent || overlap != any(int64(0))) {
		return sub, problem.New(problem.Conflict,
			"an earlier secret is valid beside the present one until %s, and a third one has no room; wait until "+
				"then, or send \"secret_overlap_seconds\": 0, and the new secret alone is valid at once",
			sub.PreviousUntil.Format(time.RFC3339))
	}
	sealed, err := s.c.Sealer.Seal([]byte(secret), SecretContext(sub.ID, sub.Partner))
	if err != nil {
		return sub, fmt.Errorf("sealing a subscription's secret: %w", err)
	}
	before := sub.Sealed
	sub.Secret, sub.Sealed, sub.Previous, sub.PreviousUntil = secret, sealed, nil, time.Time{}
	if seconds, _ := overlap.(int64); seconds > 0 {
		sub.Previous = before
		sub.PreviousUntil = now.UTC().Truncate(time.Microsecond).Add(time.Duration(seconds) * time.Second)
	}
	return sub, nil
}

// flag tells whether a member is given and true.
func flag(o *resource.Object, name string) bool {
	v, _ := o.Value(name)
	return v == true
}
