package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/bench/gateway"
	"github.com/waybill-dev/waybill/bench/measure"
)

// coldStart measures how long the built program takes from its start over nothing to the first write that
// it accepts, as a newcomer sends it.
func coldStart(ctx context.Context, f *field) ([]figure, error) {
	var took, held []float64
	for turn := range f.turns {
		seconds, megabytes, err := f.dev(ctx, filepath.Join(f.folder, fmt.Sprint("dev-", turn)))
		if err != nil {
			return nil, err
		}
		took, held = append(took, seconds), append(held, megabytes)
	}
	return []figure{figureOf("start to first 202", "s", took).atMost(1), figureOf("memory then", "MB", held)}, nil
}

func (f *field) dev(ctx context.Context, folder string) (seconds, megabytes float64, err error) {
	addr, err := gateway.FreeAddr()
	if err != nil {
		return 0, 0, err
	}
	receiver, err := gateway.FreeAddr()
	if err != nil {
		return 0, 0, err
	}
	simulators, err := freePorts(10)
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	p, err := measure.Start(ctx, f.waybill, []string{"PATH=" + os.Getenv("PATH")},
		"dev", "--addr", addr, "--data-dir", folder, "--receiver-addr", receiver, "--sim-base-port", simulators)
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = p.Kill() }()
	for {
		err := firstWrite(ctx, "http://"+addr, p.Said())
		if err == nil {
			used, err := p.Usage()
			return time.Since(begun).Seconds(), float64(used.Resident) / (1 << 20), err
		}
		select {
		case <-p.Ended():
			return 0, 0, fmt.Errorf("waybill dev ended: %s", p.Said())
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(begun) > time.Minute {
			return 0, 0, fmt.Errorf("waybill dev takes no write: %w", err)
		}
	}
}

// freePorts is the first of so many ports behind each other on which nobody listens.
func freePorts(n int) (string, error) {
	for {
		addr, err := gateway.FreeAddr()
		if err != nil {
			return "", err
		}
		_, text, _ := net.SplitHostPort(addr)
		first, _ := strconv.Atoi(text)
		free := first+n < 1<<16
		for port := first; free && port < first+n; port++ {
			l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
			if free = err == nil; free {
				_ = l.Close()
			}
		}
		if free {
			return text, nil
		}
	}
}

// firstWrite sends the write of the first curl line that the program has printed.
func firstWrite(ctx context.Context, at, said string) error {
	_, body, found := strings.Cut(said, "-d '{\"connection_id\"")
	body, _, ended := strings.Cut(body, "'")
	if !found || !ended {
		return fmt.Errorf("nothing is printed yet")
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"demo"}, "client_secret": {"demo-secret"}}
	given, err := http.PostForm(at+"/realms/waybill/protocol/openid-connect/token", form)
	if err != nil {
		return err
	}
	defer given.Body.Close()
	var token struct {
		Text string `json:"access_token"`
	}
	if err := json.UnmarshalRead(given.Body, &token); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/v2/telematics/messages",
		strings.NewReader(`{"connection_id"`+body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token.Text)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusAccepted {
		text, _ := io.ReadAll(answer.Body)
		return fmt.Errorf("%s: %s", answer.Status, text)
	}
	return nil
}
