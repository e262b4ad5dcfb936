# connect-net-ssh.rb CONFIGURATION HOST USER COMMAND

# net-ssh wants the gem x25519 for its key exchange, which Debian does not package: this is what it takes of it, by OpenSSL.
require 'openssl'

module X25519
  PREFIX = ['302a300506032b656e032100'].pack('H*')

  MontgomeryU = Struct.new(:to_bytes)

  Scalar = Struct.new(:key) do
    def self.generate = new(OpenSSL::PKey.generate_key('X25519'))
    def public_key = MontgomeryU.new(key.public_to_der[-32..])
    def diffie_hellman(other) = MontgomeryU.new(key.derive(OpenSSL::PKey.read(PREFIX + other.to_bytes)))
  end
end

module Kernel
  alias gem_of_rubygems gem
  def gem(name, *versions) = name == 'x25519' || gem_of_rubygems(name, *versions)
end
$LOADED_FEATURES << 'x25519.rb'

require 'net/ssh'

configuration, host, user, command = ARGV
Net::SSH.start(host, user, config: [configuration], use_agent: false) { |ssh| print ssh.exec!(command) }
