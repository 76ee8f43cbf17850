// Command load puts gateways under load over HTTP, end to end: accepted, sent to a TSP, settled, and told
// by a signed webhook. Several are measured in turns, so that all meet the same machine; only their ratios
// say something. bench/README.md shows how it is used.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/waybill-dev/waybill/bench/callers"
	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/stub"
	"github.com/waybill-dev/waybill/internal/webhook"
)

// options is the command line.
type options struct {
	Binary        []string          `help:"A built waybill; repeat it to compare several." placeholder:"PATH"`
	Env           []string          `help:"A variable; 2:NAME=VALUE is for the second binary." placeholder:"NAME=VALUE" sep:"none"`
	Replicas      []string          `help:"How many replicas of a binary work on one database; 2:3 is three of the second." placeholder:"N:COUNT"`
	ServerPID     []string          `help:"The process of a binary's PostgreSQL, whose use counts with its children's." placeholder:"N:PID"`
	Foreign       string            `help:"Another gateway, which takes a POST; see README." placeholder:"URL"`
	ForeignHeader map[string]string `help:"A header for it; repeatable." placeholder:"NAME=VALUE"`
	ForeignBody   string            `help:"What it is sent, with {marker} and {n}." default:"{\"text\":\"{marker}\"}"`
	ForeignPID    []int             `help:"A process of it whose use counts; repeatable." placeholder:"PID"`
	ReceiverAddr  string            `help:"Where it finds the receiver, without TLS." placeholder:"HOST:PORT"`

	Callers       int           `help:"Callers, each with one write at a time." default:"64"`
	Connections   int           `help:"Connections to the TSP, each with an account and a fleet of its own." default:"200"`
	Rate          float64       `help:"Writes a second, whether those before have ended or not, in the place of callers."`
	Flood         bool          `help:"Callers go on at the answer and not at the webhook."`
	Duration      time.Duration `help:"How long each turn takes." default:"8s"`
	Warmup        time.Duration `help:"How long each gateway is put under load before the first turn." default:"2s"`
	Burst         time.Duration `help:"How long callers put each gateway under load right before each of its turns, as at a rate."`
	Turns         int           `help:"How often each is measured." default:"3"`
	ReceiverDelay time.Duration `help:"How long the receiver takes for its answer."`
	TSPDelay      time.Duration `help:"How long the TSP takes for its answer."`
	Patience      time.Duration `help:"When a webhook counts as lost." default:"60s"`
	Keep          string        `help:"A folder for the databases, which are kept." placeholder:"PATH"`
}

func main() {
	// Flags are told with one dash or two.
	for i, a := range os.Args {
		if len(a) > 2 && a[0] == '-' && a[1] != '-' {
			os.Args[i] = "-" + a
		}
	}
	var o options
	kong.Parse(&o, kong.Name("load"), kong.Description("Puts gateways under load over HTTP, in turns."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := o.run(ctx, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context, out io.Writer) (err error) {
	if len(o.Binary) == 0 && o.Foreign == "" {
		return errors.New("name what is to be measured: --binary PATH (of `go build -o PATH ./cmd/waybill`) or --foreign URL")
	}
	folder := o.Keep
	if folder == "" {
		if folder, err = os.MkdirTemp("", "waybill-load"); err != nil {
			return err
		}
		defer os.RemoveAll(folder)
	}
	receiver, err := o.receiver()
	if err != nil {
		return err
	}
	defer receiver.Close()
	tsp := stub.NewSamsara()
	defer tsp.Close()
	all, err := o.start(ctx, folder, receiver, tsp)
	defer func() {
		for _, g := range all {
			err = errors.Join(err, g.Close())
		}
	}()
	if err != nil {
		return err
	}
	receiver.SetDelay(o.ReceiverDelay)
	tsp.SetDelay(o.TSPDelay)
	return o.measure(ctx, out, callers.NewTeam(receiver, tsp), all)
}

// receiver takes signed webhooks alone, unless those of another gateway come as well.
func (o options) receiver() (*stub.Receiver, error) {
	r := stub.ReceiverOptions{Prefix: callers.Prefix, Addr: o.ReceiverAddr}
	if o.Foreign == "" {
		r.Verify = func(h http.Header, body []byte) error { return webhook.Verify(h, body, gateway.Secret, time.Now()) }
	}
	return stub.NewReceiver(r)
}

// start starts all gateways; those that were started are returned with an error too.
func (o options) start(ctx context.Context, in string, r *stub.Receiver, t *stub.Samsara) ([]gateway.Gateway, error) {
	var all []gateway.Gateway
	for i, binary := range o.Binary {
		environ, err := o.environ(i)
		if err != nil {
			return all, err
		}
		replicas, err := o.number(o.Replicas, i)
		if err != nil {
			return all, err
		}
		server, err := o.number(o.ServerPID, i)
		if err != nil {
			return all, err
		}
		own := filepath.Join(in, fmt.Sprint("gateway-", i+1))
		w, err := gateway.StartWaybill(ctx, gateway.Options{Binary: binary, Folder: own,
			Receiver: r, TSP: t, Connections: o.Connections, Environ: environ, Replicas: replicas, Server: server})
		if err != nil {
			return all, err
		}
		all = append(all, w)
	}
	if o.Foreign != "" {
		header := http.Header{"Content-Type": {"application/json"}}
		for name, value := range o.ForeignHeader {
			header.Set(name, value)
		}
		all = append(all, gateway.Foreign{Called: o.Foreign, URL: o.Foreign, Body: o.ForeignBody, Header: header,
			Tenants: o.Connections, PIDs: o.ForeignPID})
	}
	return all, nil
}
