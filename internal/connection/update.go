package connection

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// wish is what the body of an update asks for.
type wish struct {
	body *resource.Object
	from Connection
	spec tsp.Spec
	// to is the status that the connection shall have.
	to Status
	// credentials are new ones, zero if none are given; secrets are those of all settings.
	credentials tsp.Credentials
	secrets     map[string]string
	settings    tsp.Settings
	by          uuid.UUID
	// mark is who asks, where that is noted with the status.
	mark audit.Mark
	// user is what is known of the user of new credentials, once they were tried.
	user Likeness
	// tried tells that a call to the TSP was let go.
	tried  bool
	permit Permit
}

// Update changes a connection as a body (the contract's ConnectionUpdate) asks. The fleet may, and
// who else mayManage and mayChange say. Absent members stay as
// they are; null clears the description, removes a single setting, and elsewhere means absent.
//
// New credentials or settings are tried at the TSP before anything changes, must open the same
// account, and make a stale or failed connection active. The status can be changed so:
//
//	active, paused   -> paused, active
//	stale, failed    -> active: the credentials, stored or new, are tried first
//	stale, failed    -> paused: only with new credentials or settings
//	all of these     -> cancelled, which is final: what waits fails, and only DELETE remains
//
// The same status again changes nothing. Everything else is a conflict: stale and failed follow
// from what the TSP says, and DELETE is how a connection is deleted.
func (s *Service) Update(ctx context.Context, who access.Principal, id uuid.UUID, raw []byte) (Read, error) {
	b := resource.Read(raw, update())
	if b.Len() == 0 {
		b.Refuse("", resource.CodeNothing,
			"there is nothing to change; give at least one of credentials, description, status, settings, sync_events and "+
				"verify_writes")
	}
	w := wish{body: b, by: makerOf(who), mark: markOf(who)}
	// Status and description are checked before anything is read; credentials and settings need
	// the connection's TSP.
	asked := readStatus(b)
	if wrong := b.Problems(); len(wrong) > 0 {
		return Read{}, problem.InvalidBody(wrong...)
	}
	var grant access.Grant
	var err error
	if w.from, grant, err = s.reached(ctx, who, id); err != nil {
		return Read{}, err
	}
	w.permit = permit(who, func(g access.Grant) error { return s.allows(w, asked, g) })
	if !who.IsFleet() {
		if err := s.allows(w, asked, grant); err != nil {
			return Read{}, err
		}
	}
	if err := w.transition(asked); err != nil {
		return Read{}, err
	}
	if err := s.readSecrets(ctx, &w); err != nil {
		return Read{}, err
	}
	if b.Text("description").State() == resource.Absent && !w.renews() && w.to == w.from.Status &&
		wished(b, w.from.Wishes) == w.from.Wishes {
		return s.read(w.from, grant.FleetRef)
	}
	// Neither a caller who hangs up nor a stop must cost what a code is exchanged for.
	leave, ok := s.enter()
	if !ok {
		return Read{}, stopping()
	}
	defer leave()
	ctx = context.WithoutCancel(ctx)
	c, err := s.change(ctx, &w)
	if err != nil && w.tried {
		s.noteVain(ctx, w.tries(), "connection:"+id.String(), err)
	}
	if errors.Is(err, fence.ErrOvertaken) || errors.Is(err, ErrUsed) {
		return Read{}, problem.New(problem.Conflict, "the connection was changed by somebody else meanwhile; "+
			"read it again and repeat what is still needed")
	}
	if err != nil {
		return Read{}, err
	}
	r, err := s.read(c, grant.FleetRef)
	r.User, r.Warnings = w.user, s.userWarnings(c.TSP, w.user)
	return r, err
}

// readStatus reads the wanted status; "" for none.
func readStatus(b *resource.Object) Status {
	to := Status(b.Text("status").Or(""))
	all := []Status{Active, Failed, Cancelled, Paused, Stale, Deleted}
	if b.Has("status") && !slices.Contains(all, to) {
		b.Refuse("status", resource.CodeEnum, "must be active, paused or cancelled")
	}
	return to
}

// renews tells whether the wish brings something to try at the TSP.
func (w *wish) renews() bool { return w.body.Has("credentials") || w.body.Has("settings") }

// retries tells whether the stored credentials are tried as they are. Somebody has mended the
// account at the TSP and says so by "active".
func (w *wish) retries() bool {
	return !w.renews() && w.to == Active && (w.from.Status == Stale || w.from.Status == Failed)
}

// transition decides which status follows, or that none may. It tells a conflict in words of what
// to do instead. The table of Update is its contract.
func (w *wish) transition(asked Status) error {
	from := w.from.Status
	broken := from == Stale || from == Failed
	conflict := func(format string, args ...any) error {
		return problem.New(problem.Conflict, "the connection is %s; %s", from, fmt.Sprintf(format, args...))
	}
	w.to = asked
	switch {
	case from == Cancelled && asked == Cancelled && w.body.Len() == 1:
	case from == Cancelled:
		return conflict("that is final, so make a new connection with POST /v2/integrations/connections")
	case asked == "" && broken && w.renews():
		w.to = Active
	case asked == "" || asked == from:
		w.to = from
		if broken && w.renews() {
			w.to = Active
		}
	case asked == Cancelled && w.renews():
		return conflict("a cancellation takes no credentials or settings, so send them apart")
	case asked == Paused && broken && !w.renews():
		return conflict("it takes no writes already; send new credentials, or status active to try the stored ones " +
			"again")
	case asked == Deleted:
		return conflict("use DELETE to delete it")
	case asked == Stale || asked == Failed:
		return conflict("only the TSP's answers make it %s; you can set active, paused or cancelled", asked)
	}
	return nil
}

// readSecrets reads credentials and settings by what the TSP takes. Settings are read over those
// that are set, credentials as a whole.
func (s *Service) readSecrets(ctx context.Context, w *wish) error {
	w.settings = w.from.Settings
	_, opening := s.credentials(w.from)
	if err := w.mends(opening); err != nil || !w.renews() {
		return err
	}
	adapter, ok := s.Caller.Registry().Adapter(w.from.TSP)
	if !ok {
		return problem.New(problem.NotImplemented, "this installation has no adapter for %s, "+
			"so only description and status can be changed", w.from.TSP)
	}
	w.spec = adapter.Spec()
	before, err := s.credentials(w.from)
	if err != nil && !errors.Is(err, errClosed) {
		return fmt.Errorf("updating connection %s: %w", w.from.ID, err)
	}
	w.secrets = before.Secrets
	if w.body.Has("settings") {
		set := w.from.Settings
		if w.from.Damaged != nil {
			set = masks(before.Secrets)
		}
		all, wrong := w.spec.ReadSettings(w.body.Raw("settings"), set)
		w.body.Add(wrong...)
		refuseMasks(w.body, w.spec, all, before.Secrets)
		w.settings, w.secrets = sift(w.spec, all, before.Secrets)
		to := w.from
		to.Settings = w.settings
		if err := s.translate(ctx, w.body, to, w.from.Settings); err != nil {
			return err
		}
	}
	if w.body.Has("credentials") {
		var wrong []resource.Problem
		w.credentials, wrong = w.spec.ReadCredentials(w.body.Raw("credentials"))
		w.body.Add(wrong...)
	}
	if wrong := w.body.Problems(); len(wrong) > 0 {
		return problem.InvalidBody(wrong...)
	}
	return nil
}
