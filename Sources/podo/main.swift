internal import Glibc

exit(PodoCommand.run(arguments: Array(CommandLine.arguments.dropFirst())))
