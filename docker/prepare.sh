#!/bin/sh
# What `init` of docker-compose.yml does before anything else starts, as root: it makes the secrets that nobody should
# have to invent, each once, and gives the directories of the runners to the user of the image.
# 1. There is a volume for each reader, in /secrets: no service sees what is another's.
# 2. A secret that one reader has already is given to the others. Nothing is ever made anew but what all have lost.
# 3. A file is whole or not there.
set -eu
umask 077

main() {
  share webhook-secret agent
  share api-token dispatcher
  share runner-token dispatcher runner
  share secrets-key dispatcher
  share rabbitmq-password rabbitmq
  share postgres-password postgres
  queue="amqp://narwhal:$(cat /secrets/rabbitmq/rabbitmq-password)@rabbitmq:5672"
  for reader in agent dispatcher reporter; do
    keep "$reader" queue "$queue"
  done
  keep dispatcher store "postgres://narwhal:$(cat /secrets/postgres/postgres-password)@postgres:5432/narwhal"

  chown -R node:node /secrets/agent /secrets/dispatcher /secrets/runner /secrets/reporter
  for directory in /runners/*; do
    chown node:node "$directory"
    chmod 0700 "$directory"
  done
  echo "The secrets are there. That of the webhook: docker compose exec agent cat /run/narwhal/webhook-secret"
}

# share NAME READER…
share() {
  name=$1
  shift
  value=
  for reader; do
    [ -n "$value" ] || [ ! -s "/secrets/$reader/$name" ] || value=$(cat "/secrets/$reader/$name")
  done
  [ -n "$value" ] || value=$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')
  for reader; do
    keep "$reader" "$name" "$value"
  done
}

# keep READER NAME VALUE
keep() {
  printf '%s\n' "$3" >"/secrets/$1/$2.new"
  sync "/secrets/$1/$2.new"
  mv "/secrets/$1/$2.new" "/secrets/$1/$2"
}

main
