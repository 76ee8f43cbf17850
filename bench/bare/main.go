// Command bare is Waybill's stack for one write without a store: the API takes a message and answers it,
// the adapter sends it to the TSP, and a signed webhook tells its end. Nothing is kept, waited for in order,
// or found again. It is the bound that the work of the store is held against.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api"
	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/outbound"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/throttle"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/samsara"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "bare:", err)
		os.Exit(1)
	}
}

// serve answers at BARE_ADDR, sends to BARE_TSP and tells BARE_RECEIVER, signed with BARE_SECRET. Callers
// have the token BARE_TOKEN.
func serve(ctx context.Context, env func(string) string) error {
	policy := outbound.Policy{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	adapter := samsara.New()
	credentials := tsp.Credentials{Kind: "token", Fields: map[string]string{"token": "bare"}}
	session, err := adapter.Connect(ctx, tsp.Access{Credentials: credentials,
		BaseURL: env("BARE_TSP"), Client: outbound.TSP(policy, env("BARE_TSP")), Pace: unpaced{}})
	if err != nil {
		return err
	}
	sender := webhook.NewSender(outbound.Receiver(policy, webhook.DefaultTimeout), time.Now)
	ops := &operations{session: session, sender: sender,
		to: webhook.Subscription{ID: uuid.New(), URL: env("BARE_RECEIVER"), EventName: event.OperationSucceeded,
			Secret: webhook.Secret(env("BARE_SECRET")), Encoding: webhook.Automatic, Status: webhook.Active}}
	often := throttle.New(throttle.Rate{Events: 1_000_000, Period: time.Second}, 1000, time.Now)
	face := api.New(api.Config{Tokens: tokens{bearer: env("BARE_TOKEN")}, Operations: ops,
		Limits:  api.Limits{Client: often, Organisation: often, Address: often, Token: often},
		Healthy: func(context.Context) error { return nil }, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	server := &http.Server{Addr: env("BARE_ADDR"), Handler: face, ReadHeaderTimeout: time.Minute}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// operations takes messages.
type operations struct {
	api.Operations
	session tsp.Session
	sender  *webhook.Sender
	to      webhook.Subscription
}

// Submit answers a write as Waybill does and makes it afterwards.
func (o *operations) Submit(ctx context.Context, r operation.Request) (operation.Operation, bool, error) {
	schema, err := resource.For(r.Kind, r.Verb)
	if err != nil {
		return operation.Operation{}, false, err
	}
	payload, wrong := schema.Decode(r.Body)
	if len(wrong) > 0 {
		return operation.Operation{}, false, problem.InvalidBody(wrong...)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return operation.Operation{}, false, err
	}
	refs := resource.Refs{"recipient_id": {"1001"}, "sender_id": {"2001"}}
	stored, err := schema.Resolved(r.Body, refs)
	now := time.Now().UTC().Truncate(time.Microsecond)
	op := operation.Operation{ID: id, Partner: r.Partner, Connection: payload.Connection(), Fleet: payload.Connection(),
		FleetRef: "fleet", TSP: "samsara", Kind: r.Kind, Verb: r.Verb, State: operation.Queued, Payload: stored,
		NextAt: now, Deadline: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
	if err == nil {
		go o.perform(context.WithoutCancel(ctx), op, schema)
	}
	return op, false, err
}

// perform makes the write and tells its end.
func (o *operations) perform(ctx context.Context, op operation.Operation, schema *resource.Schema) {
	began := time.Now()
	payload, refs, err := schema.Restore(op.Payload)
	if err != nil {
		return
	}
	w := tsp.Write{Capability: tsp.Capability{Kind: op.Kind, Verb: op.Verb}, Payload: payload, Schema: schema, Refs: refs,
		Operation: op.ID, Attempt: 1, Secret: func(string) []byte { return nil }, Pace: unpaced{}}
	written, err := o.session.Write(ctx, w)
	if err != nil {
		return
	}
	op.State, op.Tries, op.Resource, op.Collection = operation.Succeeded, 1, uuid.New(), written.Collection
	op.UpdatedAt = time.Now().UTC()
	op.Attempts = []operation.Attempt{{ID: uuid.New(), N: 1, Status: written.Status,
		StartedAt: began, EndedAt: op.UpdatedAt}}
	ended, err := op.Event(event.OperationSucceeded, op.UpdatedAt)
	if err == nil {
		ended.Data, err = ended.Encoded()
	}
	if err != nil {
		return
	}
	o.sender.Send(ctx, webhook.Delivery{Sequence: 1, Subscription: o.to, Event: ended, Attempt: 1})
}

// tokens knows one token.
type tokens struct {
	api.Tokens
	bearer string
}

// Verify takes the one.
func (t tokens) Verify(_ context.Context, raw string) (access.Principal, error) {
	if raw != t.bearer {
		return access.Principal{}, access.ErrInvalidToken
	}
	partner := access.Partner{ID: uuid.NameSpaceURL, Name: "bare"}
	return access.Principal{Client: "bare", Partner: partner, Scopes: access.Scopes()}, nil
}

// Caller takes it without a store.
func (t tokens) Caller(raw string) (access.Principal, error) {
	return t.Verify(context.Background(), raw)
}

// unpaced knows no limit.
type unpaced struct{}

// Wait lets every call be made.
func (unpaced) Wait(ctx context.Context, _ ...string) error { return ctx.Err() }

// Enter lets every call be in flight.
func (unpaced) Enter(ctx context.Context, _ ...string) (func(), error) { return func() {}, ctx.Err() }
