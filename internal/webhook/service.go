package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/problem"
)

// URLPolicy decides which receivers may be asked for. The text of its error is shown to the
// partner as the problem of the url, so it says what is wrong and what to do.
type URLPolicy interface {
	CheckURL(raw string) error
}

// Config is what a Service is made of. Store, Sealer, URLs and Most are required, and Tests where receivers are tested.
type Config struct {
	Store  kept
	Sealer Sealer
	URLs   URLPolicy
	// Most bounds the subscriptions of a partner: each of its events is looked at for all of them.
	Most int
	// Now is time.Now if nil.
	Now func() time.Time
	// NewSecret is RandomSecret if nil.
	NewSecret func() Secret
	// Strict is that of a Sender.
	Strict Shorten
	Tests  Tests
	// Reaches tells whether a partner reaches a fleet now that filters let pass; nil where nobody is to be warned.
	Reaches func(ctx context.Context, partner uuid.UUID, f Filters) (bool, error)
	// Log is told why somebody could not be warned; nil for nobody.
	Log *slog.Logger
}

// kept is what a Service needs of the store.
type kept interface {
	Store
	DeadLetters
	Figures
	Trail
}

// Service makes, lists and changes subscriptions for partners. All errors that a caller of the
// API may see are *problem.Error. A partner never learns of another partner's subscription.
type Service struct {
	c    Config
	desk desk
}

// New returns a service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewSecret == nil {
		c.NewSecret = RandomSecret
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{c: c}
}

// Created is the answer to Create.
type Created struct {
	// Subscriptions hold their secrets in the clear, for this answer only.
	Subscriptions []Subscription
	// Wildcard tells that the name asked for was one; then the answer is an array even if it
	// holds one subscription.
	Wildcard bool
}

// Maker is for whom a subscription is made.
type Maker struct {
	Partner uuid.UUID
	// Strict tells that the client takes no member that the contract lacks.
	Strict bool
}

// Create makes the subscription that a request body (the contract's WebhookCreate) asks for,
// or one for each event of a wildcard: all or none.
func (s *Service) Create(ctx context.Context, by Maker, body []byte) (Created, error) {
	d, wrong := decodeCreate(body, s.c.URLs)
	if len(wrong) > 0 {
		return Created{}, problem.InvalidBody(wrong...)
	}
	all, err := s.build(by, d)
	if err != nil {
		return Created{}, err
	}
	unreached := s.unreached(ctx, by.Partner, d.filters)
	err = s.c.Store.InsertSubscriptions(ctx, withoutSecrets(all), s.c.Most)
	switch {
	case errors.Is(err, ErrDuplicate):
		return Created{}, duplicate(d.eventName)
	case errors.Is(err, ErrTooMany):
		return Created{}, problem.New(problem.Conflict, "nothing was made, because a partner may have %d webhook "+
			"subscriptions; delete those that you need no longer, or ask the operator to raise "+
			"WAYBILL_MAX_SUBSCRIPTIONS", s.c.Most)
	case errors.Is(err, ErrTooManyOfOne):
		return Created{}, problem.New(problem.Conflict, "nothing was made, because a partner may have %d webhook "+
			"subscriptions to one event; delete those that you need no longer, or name several fleets in the filters "+
			"of one", MostOfOne)
	case err != nil:
		return Created{}, fmt.Errorf("storing subscriptions: %w", err)
	}
	for i := range all {
		all[i].Unreached = unreached
	}
	return Created{Subscriptions: all, Wildcard: isWildcard(d.eventName)}, nil
}

// unreached tells whether filters name no fleet that the partner reaches. One that is not there and one that is
// somebody else's are the same to it. Where that cannot be found out nobody is warned, and what was asked for goes on.
func (s *Service) unreached(ctx context.Context, partner uuid.UUID, f *Filters) bool {
	if f == nil || f.Lost || s.c.Reaches == nil {
		return false
	}
	reaches, err := s.c.Reaches(ctx, partner, *f)
	if err != nil {
		s.c.Log.Warn("whether filters name a fleet that their partner reaches could not be found out", "partner_id", partner, "error", err)
	}
	return err == nil && !reaches
}

// build makes a row per concrete event. The rows of a wildcard share one secret, because they
// were asked for, and are received, as one.
func (s *Service) build(by Maker, d draft) ([]Subscription, error) {
	now := s.c.Now().UTC().Truncate(time.Microsecond)
	secret := d.secret
	if secret == "" {
		secret = s.c.NewSecret()
	}
	var all []Subscription
	for _, name := range expand(d.eventName) {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, fmt.Errorf("making a subscription's id: %w", err)
		}
		sealed, err := s.c.Sealer.Seal([]byte(secret), SecretContext(id, by.Partner))
		if err != nil {
			return nil, fmt.Errorf("sealing a subscription's secret: %w", err)
		}
		all = append(all, Subscription{
			ID: id, Partner: by.Partner, Strict: by.Strict, URL: d.url, EventName: name, Filters: d.filters,
			Secret: secret, Sealed: sealed, Encoding: d.encoding, RetryRefused: d.retryRefused, Health: unproven(now),
			Status: Active, CreatedAt: now, UpdatedAt: now,
		})
	}
	return all, nil
}

// withoutSecrets copies, because the answer still needs the secrets.
func withoutSecrets(all []Subscription) []Subscription {
	stored := make([]Subscription, len(all))
	for i, sub := range all {
		sub.Secret = ""
		stored[i] = sub
	}
	return stored
}

// duplicate says what to do about it, for one name or a wildcard.
func duplicate(name string) error {
	if isWildcard(name) {
		return problem.New(problem.Conflict, "nothing was made, because this URL already has a subscription to "+
			"one of the events of %s with the same filters; delete that one first, or ask for the missing "+
			"events by their names", name)
	}
	return problem.New(problem.Conflict, "this URL already has a subscription to %s with the same filters; "+
		"use that one, or delete it first", name)
}

// Get returns a partner's subscription.
func (s *Service) Get(ctx context.Context, partner, id uuid.UUID) (Subscription, error) {
	sub, err := s.stored(ctx, partner, id)
	if err == nil {
		sub.Unreached = s.unreached(ctx, partner, sub.Filters)
	}
	return sub.overlapped(s.c.Now()), err
}

func (s *Service) stored(ctx context.Context, partner, id uuid.UUID) (Subscription, error) {
	sub, err := s.c.Store.Subscription(ctx, partner, id)
	if err != nil {
		return Subscription{}, s.missing(err, id, "reading")
	}
	return sub, nil
}

// missing is a 404 for what the partner does not have, and wraps any other error.
func (s *Service) missing(err error, id uuid.UUID, doing string) error {
	if errors.Is(err, ErrNotFound) {
		return problem.New(problem.NotFound, "there is no webhook subscription %s; GET "+
			"/v2/notifications/webhooks lists yours", id)
	}
	return fmt.Errorf("%s a subscription: %w", doing, err)
}
