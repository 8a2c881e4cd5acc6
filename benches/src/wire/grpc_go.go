// The service of the benchmark with grpc-go, as in its guide. It prints its port.
package main

import (
	"context"
	"fmt"
	"log"
	"net"

	"bench/wire"

	"google.golang.org/grpc"
)

type echoService struct {
	wire.UnimplementedEchoServiceServer
}

func answer(request *wire.EchoRequest) *wire.EchoResponse {
	return &wire.EchoResponse{Name: request.GetName(), Number: request.GetNumber(), Tags: request.GetTags()}
}

func (echoService) Echo(_ context.Context, request *wire.EchoRequest) (*wire.EchoResponse, error) {
	return answer(request), nil
}

func (echoService) Repeat(request *wire.RepeatRequest, stream grpc.ServerStreamingServer[wire.EchoResponse]) error {
	for range request.GetTimes() {
		if err := stream.Send(answer(request.GetMessage())); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	server := grpc.NewServer()
	wire.RegisterEchoServiceServer(server, echoService{})
	log.Fatal(server.Serve(listener))
}
