package console

import (
	"context"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/lane"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// Operations are the writes of all partners.
type Operations interface {
	Survey(ctx context.Context, of operation.Survey) (page.Page[operation.Operation], error)
	Tally(ctx context.Context, of operation.Survey) (operation.Tally, error)
	Find(ctx context.Context, id uuid.UUID) (operation.Operation, error)
	Ending(ctx context.Context, end []byte) ([]uuid.UUID, error)
	Chain(ctx context.Context, op operation.Operation) ([]operation.Operation, error)
}

// Rewrites makes writes that follow from others, as the API does, and tells of the calls that were made.
type Rewrites interface {
	Retried(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Request, error)
	Reverted(ctx context.Context, conn, id uuid.UUID, r operation.Request) (operation.Request, error)
	Preview(ctx context.Context, r operation.Request) (operation.Operation, operation.Preview, error)
	Submit(ctx context.Context, r operation.Request) (op operation.Operation, replayed bool, err error)
	Exchanges(ctx context.Context, op operation.Operation) ([]operation.Kept, error)
}

// Endings ends operations by hand, or their waits, as the API does, and tells what of one has reached its TSP.
type Endings interface {
	Try(ctx context.Context, partner, conn, id uuid.UUID) (operation.Operation, error)
	Partly(ctx context.Context, op operation.Operation) (bool, error)
	Cancel(ctx context.Context, partner, conn, id uuid.UUID) (operation.Operation, error)
	Resolve(ctx context.Context, w operation.Word) (operation.Operation, error)
}

// Naming tells how what operations name is called.
type Naming interface {
	Connection(ctx context.Context, id uuid.UUID) (connection.Connection, error)
	Record(ctx context.Context, connection, id uuid.UUID) (record.Record, error)
	Partner(ctx context.Context, id uuid.UUID) (access.Partner, error)
}

// Journal is the audit log.
type Journal interface {
	Note(ctx context.Context, e audit.Entry) error
	Entries(ctx context.Context, after int64, limit int) ([]audit.Entry, error)
	AuditHead(ctx context.Context) (audit.Head, error)
}

// Connections are those of all fleets without their credentials, with what waits for them and how their imports stand.
type Connections interface {
	SurveyConnections(ctx context.Context, of connection.Survey) ([]connection.Connection, error)
	TallyConnections(ctx context.Context) ([]connection.Tally, error)
	Waiting(ctx context.Context, connections []uuid.UUID) ([]operation.Waiting, error)
	SchedulesOf(ctx context.Context, connections []uuid.UUID) ([]record.Schedule, error)
	FleetNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// Links changes connections and has their credentials tried, as their fleets may. Of credentials it tells the kind alone, "" if
// they cannot be read.
type Links interface {
	Test(ctx context.Context, who access.Principal, id uuid.UUID) (connection.Tested, error)
	Update(ctx context.Context, who access.Principal, id uuid.UUID, raw []byte) (connection.Read, error)
	CredentialKind(of connection.Connection) string
	Shut(c connection.Connection) bool
	// Suspects are those that this process takes for suspect.
	Suspects() []uuid.UUID
}

// Lanes are those of connections, over all processes.
type Lanes interface {
	List(ctx context.Context, w page.Window) (page.Page[lane.Lane], error)
	// Among tells of the lanes of connections.
	Among(ctx context.Context, of []connection.Connection) ([]lane.Lane, error)
}

// Hands does to connections what an operator wants.
type Hands interface {
	Pause(ctx context.Context, h connection.Hand) (connection.Connection, error)
	Resume(ctx context.Context, h connection.Hand) (connection.Connection, error)
	Slow(ctx context.Context, h connection.Hand, to connection.Rate) (connection.Connection, error)
}

// Imports has connections imported.
type Imports interface {
	RequestImport(ctx context.Context, who access.Principal, id uuid.UUID) ([]record.Freshness, error)
}

// Clients are those of all partners and fleets.
type Clients interface {
	ClientPage(ctx context.Context, w page.Window) ([]access.Client, error)
	CountClients(ctx context.Context, most int) (int, error)
}

// Webhooks are the subscriptions of all partners and what became of their deliveries.
type Webhooks interface {
	List(ctx context.Context, partner uuid.UUID, r webhook.ListRequest) (page.Page[webhook.Subscription], error)
	Logs(ctx context.Context, partner, id uuid.UUID, r webhook.LogsRequest) (page.Page[webhook.DeliveryLog], error)
	DeadLetters(ctx context.Context, partner, id uuid.UUID, r webhook.DeadLettersRequest) (page.Page[webhook.DeadLetter], error)
	Metrics(ctx context.Context, partner, id uuid.UUID) (webhook.Metrics, error)
	Get(ctx context.Context, partner, id uuid.UUID) (webhook.Subscription, error)
}

// Trails tell what became of the events about something that a partner has.
type Trails interface {
	Tracks(ctx context.Context, partner, subject uuid.UUID, names []string) (all []webhook.Track, more bool, err error)
}

// Receivers changes and tests subscriptions and has what was given up delivered again, as partners may, and tells how much
// waits for one.
type Receivers interface {
	Backlog(ctx context.Context, partner, id uuid.UUID) (n int, more bool, err error)
	Replay(ctx context.Context, partner, id uuid.UUID, body []byte) (webhook.Replayed, error)
	Move(ctx context.Context, partner, id uuid.UUID, m webhook.Move) (webhook.Subscription, error)
	Test(ctx context.Context, partner, id uuid.UUID) (webhook.Tested, error)
	Pause(ctx context.Context, h webhook.Hand) (webhook.Subscription, error)
}

// Partners lists partners.
type Partners interface {
	Partners(ctx context.Context, q access.PartnerQuery) ([]access.Partner, int, error)
}

// Grants lists what fleets allowed partners.
type Grants interface {
	Agreements(ctx context.Context, q access.AgreementQuery) ([]access.Grant, int, error)
}

// Jobs does one thing to all that a filter selects, as the API does.
type Jobs interface {
	Create(ctx context.Context, r job.Request) (j job.Job, replayed bool, err error)
	Get(ctx context.Context, partner uuid.UUID, of job.Of, id uuid.UUID) (job.Job, error)
	Stop(ctx context.Context, partner uuid.UUID, of job.Of, id uuid.UUID) (job.Job, error)
	List(ctx context.Context, q job.Query) (page.Page[job.Job], error)
}
